// Domain POP: every address at the account's domains comes in by one ISP mailbox; the local part says whose mail it is.
import type { PluginContext } from '@postroom/sdk';
import { routeByLocalPart } from './route.js';

export function activate(context: PluginContext): void {
  context.subscriptions.push(
    context.hooks.onSort.tap('route', (plan) =>
      routeByLocalPart(plan, context.settings.forAccount<string>(plan.account.id, 'isp-domainpop.delimiter')),
    ),
  );
}
