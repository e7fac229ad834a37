// Which mailbox a login name means. Pure.

import { type AccountView, ADMIN1, foldCase, isAdminName, type MailboxRef, type UserView } from '@postroom/sdk';
import { asciiDomain } from '@postroom/sdk/base';

/**
 * `andrew` where one account only has that user; `andrew@company` by the account's id; `lisa@works.example` by a domain that an account
 * owns; `admin1`. Aliases and display names are no logins. Any case of letters.
 */
export function resolveLogin(login: string, accounts: readonly AccountView[]): MailboxRef | undefined {
  const name = foldCase(login.trim());
  if (isAdminName(name)) return ADMIN1;
  const at = name.lastIndexOf('@');
  if (at < 0) {
    const found = accounts.flatMap((account) => userNamed(account, name) ?? []);
    return found.length === 1 ? found[0]?.mailbox : undefined;
  }
  const [user, place] = [name.slice(0, at), name.slice(at + 1)];
  const account =
    accounts.find((each) => foldCase(each.id) === place) ?? accounts.find((each) => each.domains.includes(asciiDomain(place)));
  return account && userNamed(account, user)?.mailbox;
}

function userNamed(account: AccountView, folded: string): UserView | undefined {
  return account.users.find((user) => foldCase(user.name) === folded);
}
