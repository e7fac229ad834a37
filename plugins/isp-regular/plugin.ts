// A regular account: many people share one address, and the name in front of it says whose mail it is.
import { type AccountView, type DeliveryRequest, isOwnAddress, type PluginContext, type SortPlan, type UserView } from '@postroom/sdk';
import { Accounts, BccAddresses, Clock, Teaching } from '@postroom/sdk/services';
import { bccAddressOf } from './bccAddress.js';
import { LearnedNames } from './learnedNames.js';
import type { MatchOptions } from './nameMatch.js';
import { type ForeignFrom, rewriteFrom } from './outgoingFrom.js';
import { whoseAddress } from './ownNames.js';
import { routeByName } from './route.js';
import { proposeName } from './teach.js';

export async function activate(context: PluginContext): Promise<void> {
  const accounts = context.get(Accounts);
  const learned = new LearnedNames(context.state, context.get(Clock), context.log);
  context.subscriptions.push(learned);
  await learned.load();

  const fromName = (account: string, user: UserView): string =>
    context.settings.forUser<string>(account, user.name, 'isp-regular.fromName').trim();
  const options = (account: string, namesOf: (user: UserView) => readonly string[]): MatchOptions => ({
    tokenMatch: context.settings.forAccount<boolean>(account, 'isp-regular.tokenMatch'),
    charset: context.settings.forAccount<string>(account, 'isp-regular.charset'),
    namesOf,
  });
  /** What the settings put into outgoing mail is a name too. */
  const givenNames = (account: AccountView, user: UserView): readonly string[] =>
    [fromName(account.id, user)].filter((name) => name !== '');
  const allNames =
    (account: AccountView) =>
    (user: UserView): readonly string[] => [...givenNames(account, user), ...learned.namesOf(account, user)];

  const route = (plan: SortPlan): SortPlan | undefined => {
    const { account } = plan;
    return account.kind === 'regular' ? routeByName(plan, options(account.id, allNames(account)), accounts.all) : undefined;
  };

  context.subscriptions.push(
    context.hooks.onSort.tap('route', route),
    // Addressees that were only guessed come when nothing else has told.
    context.hooks.onSort.tap('guess', (plan) => (plan.tags.includes('guessed') ? route(plan) : undefined)),
    context.hooks.onSort.tap('from', (plan, mail) => {
      const { author } = mail;
      const account = author?.account === undefined ? undefined : accounts.find(author.account);
      const user = author === undefined ? undefined : accounts.user(author);
      if (author === undefined || account === undefined || user === undefined || account.kind !== 'regular') return undefined;
      const given = options(account.id, (each) => givenNames(account, each));
      const name = fromName(account.id, user) || user.name;
      const foreign = context.settings.forAccount<ForeignFrom>(account.id, 'isp-regular.foreignFrom');
      return rewriteFrom(plan, mail, account, { name, whose: (address) => whoseAddress(account, author, address, given) }, foreign);
    }),
    context.hooks.onDeliver.tap('learn', (request) => {
      learnFrom(request, accounts, learned);
      return undefined;
    }),
    context
      .get(BccAddresses)
      .add('regular', (account, user) =>
        bccAddressOf(account, user, options(account.id, allNames(account)), (address) => accounts.ownerOf(address)?.id === account.id),
      ),
    context.use(Teaching, (teaching) => teaching.add((plan, _mail, user) => proposeName(plan, user))),
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

/** The name in front of the shared address in mail that has left: answers can repeat only names that were seen outside. */
function learnFrom({ mail, to, receipt = [] }: DeliveryRequest, accounts: Accounts, learned: LearnedNames): void {
  const account = mail.author?.account === undefined ? undefined : accounts.find(mail.author.account);
  const user = mail.author === undefined ? undefined : accounts.user(mail.author);
  const hasLeft = to.kind === 'relay' && receipt.some(({ outcome }) => outcome === 'delivered');
  if (!hasLeft || account?.kind !== 'regular' || user === undefined || mail.headers('Resent-From').length > 0) return;
  const [address, ...others] = mail.addresses('From');
  if (address !== undefined && others.length === 0 && isOwnAddress(account, address)) learned.learn(account, user, address.name);
}
