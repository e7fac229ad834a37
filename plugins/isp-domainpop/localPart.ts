// Which user a local part belongs to. The display name never counts here: in a domain account the address is the person.
import { type AccountView, type Address, foldCase, splitAddress, type UserView } from '@postroom/sdk';

export type Resident =
  | { readonly kind: 'user'; readonly user: UserView; readonly how: string }
  | { readonly kind: 'several'; readonly users: readonly UserView[] }
  | { readonly kind: 'nobody' };

/**
 * Looks for the whole local part, then for what stands before the delimiter (RFC 5233). Aliases with a domain are for that domain only and come first;
 * then aliases without one, then names of users.
 * @param delimiter '' where the account has no sub-addresses
 */
export function residentOf(account: AccountView, address: Address, delimiter: string): Resident {
  const whole = lookUp(account, address.local, address.domain);
  if (whole.kind !== 'nobody' || delimiter === '') return whole;
  const cut = address.local.indexOf(delimiter);
  if (cut <= 0) return whole;
  const base = lookUp(account, address.local.slice(0, cut), address.domain);
  return base.kind === 'user' ? { ...base, how: `${base.how} before "${delimiter}"` } : base;
}

function lookUp(account: AccountView, local: string, domain: string): Resident {
  const wanted = foldCase(local);
  const steps: readonly [string, (user: UserView) => boolean][] = [
    ['alias at this domain', (user) => aliases(user).some((alias) => alias.domain === domain && foldCase(alias.local) === wanted)],
    ['alias', (user) => aliases(user).some((alias) => alias.domain === '' && foldCase(alias.local) === wanted)],
    ['user name', (user) => foldCase(user.name) === wanted && livesAt(user, account, domain)],
  ];
  for (const [how, belongs] of steps) {
    const users = account.users.filter(belongs);
    const [user] = users;
    if (users.length > 1) return { kind: 'several', users };
    if (user !== undefined) return { kind: 'user', user, how };
  }
  return { kind: 'nobody' };
}

/**
 * Two domains in one ISP mailbox may each have a Mark: users mark1 (alias mark@d1) and mark2 (alias mark@d2). Whoever has an alias with a domain is
 * known by his own name at such domains only, so that mark2@d1 is nobody.
 */
function livesAt(user: UserView, account: AccountView, domain: string): boolean {
  const bound = aliases(user).filter((alias) => alias.domain !== '');
  return bound.length === 0 || !account.domains.includes(domain) || bound.some((alias) => alias.domain === domain);
}

function aliases(user: UserView): readonly { readonly local: string; readonly domain: string }[] {
  return user.aliases.map(splitAddress);
}
