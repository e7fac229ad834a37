// PUBLIC1: mail to it goes to every user of the account.
import type { PluginContext } from '@postroom/sdk';
import { claimPublic, fanOut } from './fanOut.js';

export function activate(context: PluginContext): void {
  context.subscriptions.push(
    context.hooks.onSort.tap('claim', (plan) => claimPublic(plan)),
    context.hooks.onSort.tap('fan-out', (plan, mail) =>
      fanOut(plan, mail, context.settings.forAccount<boolean>(plan.account.id, 'public1.includeAdmin')),
    ),
  );
}
