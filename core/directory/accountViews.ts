// Accounts and users as taps see them, made of the settings in force. Pure.
import type { AccountKindDeclaration, AccountView, UserView } from '@postroom/sdk';
import type { SettingsDeclarations } from '@postroom/sdk/services';
import {
  type AccountEntry,
  accountEntries,
  defaultVia,
  ownedDomains,
  type SettingsValue,
  textsOf,
  type UserEntry,
} from '@postroom/sdk/settings';

/** The accounts in the order of the settings; every view deeply frozen. */
export function accountViews(
  settings: SettingsValue,
  { kinds, collectors }: Pick<SettingsDeclarations, 'kinds' | 'collectors'>,
): readonly AccountView[] {
  const via = defaultVia(collectors);
  return Object.freeze(
    accountEntries(settings).map((account) =>
      accountView(
        account,
        kinds.find((kind) => kind.kind === account.kind),
        via,
      ),
    ),
  );
}

function accountView(account: AccountEntry, kind: AccountKindDeclaration | undefined, via: string): AccountView {
  return Object.freeze<AccountView>({
    id: account.id,
    kind: account.kind ?? '',
    via: account.via ?? via,
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
  });
}
