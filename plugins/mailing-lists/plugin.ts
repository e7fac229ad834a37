// Mailing lists address the list, not its readers: a map in the settings says who they are.
import type { PluginContext } from '@postroom/sdk';
import { Teaching } from '@postroom/sdk/services';
import { type ListMap, routeList } from './route.js';
import { proposeReader } from './teach.js';

export function activate(context: PluginContext): void {
  const mapOf = (account: string): ListMap => context.settings.forAccount<ListMap>(account, 'mailing-lists.map');

  context.subscriptions.push(
    context.hooks.onSort.tap('route', (plan, mail) => routeList(plan, mail, mapOf(plan.account.id))),
    context.use(Teaching, (teaching) => teaching.add((plan, mail, user) => proposeReader(plan, mail, user, mapOf(plan.account.id)))),
  );
}
