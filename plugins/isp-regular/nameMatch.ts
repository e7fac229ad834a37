// Which user a name means. Certain forms first; what fits two users fits nobody.
import { type AccountView, foldCase, type RecipientName, splitAddress, type UserView } from '@postroom/sdk';
import { containsWords, lookalikeKey, nameKey, nameWords, plainForms, plainKey } from './nameForms.js';

export type NameMatch =
  | { readonly kind: 'user'; readonly user: UserView; readonly how: string }
  /** Fits several users: never guessed. */
  | { readonly kind: 'several'; readonly users: readonly UserView[] }
  /** `hint` says what the administrator might want to know. */
  | { readonly kind: 'nobody'; readonly hint?: string };

export interface MatchOptions {
  /** Whether one word of the name is enough: `Andrew Smith` for `andrew`. */
  readonly tokenMatch: boolean;
  /** Further names of a user: those learned, and the one put into outgoing mail. */
  namesOf(user: UserView): readonly string[];
}

export function matchName(account: AccountView, recipient: RecipientName, options: MatchOptions): NameMatch {
  const name = recipient.source === 'display name' ? personIn(account, recipient.name) : recipient.name;
  if (name === '') return { kind: 'nobody' };
  // Local parts of the account (tags, name@server) may be aliases too.
  const local = (user: UserView): readonly string[] => (recipient.source === 'display name' ? [] : user.aliases);
  const known = (user: UserView): readonly string[] => [user.name, ...user.names, ...local(user)];
  const all = (user: UserView): readonly string[] => [...known(user), ...options.namesOf(user)];
  const forms = plainForms(name);
  const steps: [string, (user: UserView) => boolean][] = [
    ...forms.map((form): [string, (user: UserView) => boolean] => ['name', (user) => hasKey(known(user), nameKey, form)]),
    ...forms.map((form): [string, (user: UserView) => boolean] => ['learned name', (user) => hasKey(options.namesOf(user), nameKey, form)]),
    ['name without accents', (user) => hasKey(all(user), plainKey, forms.at(-1) ?? name)],
  ];
  if (options.tokenMatch) {
    const words = nameWords(name);
    steps.push(['one word of the name', (user) => [user.name, ...user.names].some((own) => containsWords(words, nameWords(own)))]);
  }
  for (const [how, fits] of steps) {
    const users = account.users.filter(fits);
    const [user] = users;
    if (users.length > 1) return { kind: 'several', users };
    if (user !== undefined) return { kind: 'user', user, how };
  }
  return lookalike(account, name);
}

/**
 * Some programs put an address where the name belongs: `"greg@company.com" <mail@company.com>`. The part before the @ is the name then, and the
 * shared address itself is none. It stays text: what an encoded-word spells is never an address.
 */
function personIn(account: AccountView, name: string): string {
  const shared = splitAddress(account.address);
  const written = splitAddress(name);
  if (written.domain !== shared.domain) return name;
  const local = foldCase(written.local);
  const own = foldCase(shared.local);
  if (local === own) return '';
  return local.endsWith(`@${own}`) ? written.local.slice(0, -own.length - 1) : written.local;
}

function hasKey(names: readonly string[], key: (name: string) => string, wanted: string): boolean {
  const sought = key(wanted);
  return sought !== '' && names.some((name) => key(name) === sought);
}

function lookalike(account: AccountView, name: string): NameMatch {
  const seen = lookalikeKey(name);
  if (seen === nameKey(name)) return { kind: 'nobody' };
  const user = account.users.find((candidate) => nameKey(candidate.name) === seen);
  return user === undefined
    ? { kind: 'nobody' }
    : { kind: 'nobody', hint: `it looks like ${user.name}, but is written with letters of another alphabet` };
}
