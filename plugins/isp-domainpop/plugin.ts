// Domain POP: every address at the account's domains comes in by one ISP mailbox; the local part says whose mail it is.
import type { PluginContext } from '@postroom/sdk';
import { Teaching } from '@postroom/sdk/services';
import { probe } from './probeCommand.js';
import { routeByLocalPart } from './route.js';
import { proposeAlias } from './teach.js';

export function activate(context: PluginContext): void {
  context.subscriptions.push(
    context.hooks.onSort.tap('route', (plan) =>
      routeByLocalPart(plan, context.settings.forAccount<string>(plan.account.id, 'isp-domainpop.delimiter')),
    ),
    context.commands.register('isp-domainpop.probe', (args: { readonly account: string; readonly messages: number }) =>
      probe(context, args.account, args.messages),
    ),
    context.get(Teaching).add((plan, _mail, user) => proposeAlias(plan, user)),
  );
}
