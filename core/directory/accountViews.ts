// Accounts and users as taps see them, made of the settings in force. Pure.
import type { AccountKindDeclaration, AccountView, UserView } from '@postroom/sdk';
import { type AccountEntry, accountEntries, type SettingsValue, textsOf, type UserEntry } from '@postroom/sdk/base';
import { ownedDomains } from '../configuration/layout/domains.js';

/** The accounts in the order of the settings; every view deeply frozen. */
export function accountViews(settings: SettingsValue, kinds: readonly AccountKindDeclaration[]): readonly AccountView[] {
  return Object.freeze(
    accountEntries(settings).map((account) =>
      accountView(
        account,
        kinds.find((kind) => kind.kind === account.kind),
      ),
    ),
  );
}

function accountView(account: AccountEntry, kind: AccountKindDeclaration | undefined): AccountView {
  return Object.freeze<AccountView>({
    id: account.id,
    kind: account.kind ?? '',
    address: account.address ?? '',
    domains: Object.freeze(ownedDomains(account, kind)),
    users: Object.freeze(account.users.map((user) => userView(account.id, user))),
  });
}

function userView(account: string, { name, values }: UserEntry): UserView {
  return Object.freeze<UserView>({
    name,
    mailbox: Object.freeze({ account, user: name }),
    aliases: Object.freeze(textsOf(values['aliases'])),
    names: Object.freeze(textsOf(values['names'])),
    ccTo: Object.freeze(textsOf(values['cc.to'])),
  });
}
