// A regular account: many people share one address, and the name in front of it says whose mail it is.
import type { PluginContext, UserView } from '@postroom/sdk';
import { Accounts, Teaching } from '@postroom/sdk/services';
import { LearnedNames, learnedNamesOf } from './learnedNames.js';
import { type ForeignFrom, rewriteFrom } from './outgoingFrom.js';
import { routeByName } from './route.js';
import { proposeName } from './teach.js';

export async function activate(context: PluginContext): Promise<void> {
  const accounts = context.get(Accounts);
  const learned = new LearnedNames(context.state, context.log);
  await learned.load();

  const fromName = (account: string, user: UserView): string =>
    context.settings.forUser<string>(account, user.name, 'isp-regular.fromName').trim();
  const namesOf = (account: string, user: UserView): readonly string[] => {
    const sent = fromName(account, user);
    return sent === '' ? learnedNamesOf(learned.of(account), user) : [sent, ...learnedNamesOf(learned.of(account), user)];
  };

  context.subscriptions.push(
    context.hooks.onSort.tap('route', (plan) => {
      const account = plan.account.id;
      const tokenMatch = context.settings.forAccount<boolean>(account, 'isp-regular.tokenMatch');
      const charset = context.settings.forAccount<string>(account, 'isp-regular.charset');
      return routeByName(plan, { tokenMatch, charset, namesOf: (user) => namesOf(account, user) }, accounts.all);
    }),
    context.hooks.onSort.tap('from', (plan, mail) => {
      const account = mail.author?.account === undefined ? undefined : accounts.find(mail.author.account);
      const user = mail.author === undefined ? undefined : accounts.user(mail.author);
      if (account === undefined || user === undefined || account.kind !== 'regular') return undefined;
      const name = mail.origin === 'submitted' && !mail.rehearsal ? mail.addresses('From')[0]?.name : undefined;
      if (name !== undefined) learned.learn(account, user, name);
      return rewriteFrom(
        plan,
        mail,
        account,
        fromName(account.id, user) || user.name,
        context.settings.forAccount<ForeignFrom>(account.id, 'isp-regular.foreignFrom'),
      );
    }),
    context.get(Teaching).add((plan, _mail, user) => proposeName(plan, user)),
    context.commands.register(
      'isp-regular.learned',
      async (args: { readonly account?: string; readonly user?: string; readonly revoke?: string }) => {
        const wanted = learned.accounts.filter((account) => args.account === undefined || args.account === account);
        if (args.revoke !== undefined) await learned.revokeFrom(wanted, args.revoke, args.user);
        return wanted.flatMap((account) =>
          Object.entries(learned.of(account).users)
            .filter(([user]) => args.user === undefined || args.user === user)
            .map(([user, names]) => ({ account, user, names })),
        );
      },
    ),
  );
}
