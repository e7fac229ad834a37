// Domain POP: every address at the account's domains comes in by one ISP mailbox; the local part says whose mail it is.
import type { CommandCall, PluginContext, SortPlan } from '@postroom/sdk';
import { Accounts, Teaching } from '@postroom/sdk/services';
import { type ForeignFrom, nameDomainAuthor } from './outgoingFrom.js';
import { probe } from './probeCommand.js';
import { routeByLocalPart } from './route.js';
import { proposeAlias } from './teach.js';

export function activate(context: PluginContext): void {
  const accounts = context.get(Accounts);
  const route = (plan: SortPlan): SortPlan =>
    routeByLocalPart(plan, context.settings.forAccount<string>(plan.account.id, 'isp-domainpop.delimiter'));

  context.subscriptions.push(
    context.hooks.onSort.tap('route', route),
    // Addressees that were only guessed come when nothing else has told.
    context.hooks.onSort.tap('guess', (plan) => (plan.tags.includes('guessed') ? route(plan) : undefined)),
    context.hooks.onSort.tap('from', (plan, mail) => {
      const { author } = mail;
      const account = author?.account === undefined ? undefined : accounts.find(author.account);
      const user = author === undefined ? undefined : accounts.user(author);
      if (author === undefined || account === undefined || user === undefined || account.kind !== 'domain') return undefined;
      const delimiter = context.settings.forAccount<string>(account.id, 'isp-domainpop.delimiter');
      const foreign = context.settings.forAccount<ForeignFrom>(account.id, 'isp-domainpop.foreignFrom');
      return nameDomainAuthor(plan, mail, { account, user, senders: accounts.sendersOf(author) }, delimiter, foreign);
    }),
    context.commands.register('isp-domainpop.probe', (args: { readonly account: string; readonly messages: number }, call: CommandCall) =>
      probe(context, args.account, args.messages, call),
    ),
    context.use(Teaching, (teaching) => teaching.add((plan, _mail, user) => proposeAlias(plan, user))),
  );
}
