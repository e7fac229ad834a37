// Mailing lists address the list, not its readers: a map in the settings says who they are.
import type { PluginContext } from '@postroom/sdk';
import { type ListMap, routeList } from './route.js';

export function activate(context: PluginContext): void {
  context.subscriptions.push(
    context.hooks.onSort.tap('route', (plan, mail) =>
      routeList(plan, mail, context.settings.forAccount<ListMap>(plan.account.id, 'mailing-lists.map')),
    ),
  );
}
