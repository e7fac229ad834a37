// CC: a user's colleagues get a copy of all that the user receives.
import { type PluginContext, PostroomError, type UserView } from '@postroom/sdk';
import { addCopies } from './copy.js';

export function activate(context: PluginContext): void {
  context.subscriptions.push(
    context.hooks.onSort.tap('copy', (plan) => addCopies(plan, (user) => copiesOf(user, plan.account.id, context))),
  );
}

/** Empty where the user was removed while the message was being sorted: it is sorted again without the user. */
function copiesOf({ name }: UserView, account: string, { settings }: Pick<PluginContext, 'settings'>): readonly string[] {
  try {
    return settings.forUser<readonly string[]>(account, name, 'cc.to');
  } catch (error) {
    if (error instanceof PostroomError && error.code === 'user/unknown') return [];
    throw error;
  }
}
