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
  const index = residentsOf(account.users);
  const wanted = foldCase(local);
  const named = index.names.get(wanted)?.filter((user) => livesAt(user, account, domain));
  const steps: readonly (readonly [how: string, users: readonly UserView[] | undefined])[] = [
    ['alias at this domain', index.aliases.get(`${wanted}@${domain}`)],
    ['alias', index.aliases.get(`${wanted}@`)],
    ['user name', named],
  ];
  for (const [how, users] of steps) {
    const [user, other] = users ?? [];
    if (users !== undefined && other !== undefined) return { kind: 'several', users };
    if (user !== undefined) return { kind: 'user', user, how };
  }
  return { kind: 'nobody' };
}

interface Residents {
  /** By folded local part, `@`, and the domain where the alias has one. */
  readonly aliases: ReadonlyMap<string, readonly UserView[]>;
  readonly names: ReadonlyMap<string, readonly UserView[]>;
}

const indexes = new WeakMap<readonly UserView[], Residents>();

/** Made once for each list of users, that is: once for each change of the settings. */
function residentsOf(users: readonly UserView[]): Residents {
  const known = indexes.get(users);
  if (known !== undefined) return known;
  const index = {
    aliases: byKey(users, (user) => aliases(user).map((alias) => `${foldCase(alias.local)}@${alias.domain}`)),
    names: byKey(users, (user) => [foldCase(user.name)]),
  };
  indexes.set(users, index);
  return index;
}

function byKey(users: readonly UserView[], keys: (user: UserView) => readonly string[]): ReadonlyMap<string, readonly UserView[]> {
  const index = new Map<string, UserView[]>();
  for (const user of users) {
    for (const key of new Set(keys(user))) index.set(key, [...(index.get(key) ?? []), user]);
  }
  return index;
}

/**
 * Two domains in one ISP mailbox may each have a Mark: users mark1 (alias mark@d1) and mark2 (alias mark@d2). A user who has an alias with
 * a domain is known by his own name at such domains only, so that mark2@d1 is unknown.
 */
function livesAt(user: UserView, account: AccountView, domain: string): boolean {
  const bound = aliases(user).filter((alias) => alias.domain !== '');
  return bound.length === 0 || !account.domains.includes(domain) || bound.some((alias) => alias.domain === domain);
}

function aliases(user: UserView): readonly { readonly local: string; readonly domain: string }[] {
  return user.aliases.map(splitAddress);
}
