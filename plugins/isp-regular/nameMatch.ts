// Which user a name means. Certain forms first; what fits two users fits nobody.
import { type AccountView, cleanName, foldCase, type RecipientName, splitAddress, type UserView } from '@postroom/sdk';
import { containsWords, lookalikeKey, nameKey, nameWords, plainForms, plainKey } from './nameForms.js';
import { nameIndexOf } from './nameIndex.js';
import { nameInCharset } from './rawName.js';

export type NameMatch =
  | { readonly kind: 'user'; readonly user: UserView; readonly how: string }
  /** Fits several users: never guessed. */
  | { readonly kind: 'several'; readonly users: readonly UserView[] }
  /** `hint` says what the administrator might want to know. */
  | { readonly kind: 'nobody'; readonly hint?: string };

export interface MatchOptions {
  /** Whether one word of the name is enough: `Andrew Smith` for `andrew`. */
  readonly tokenMatch: boolean;
  /** In which names stand that are neither encoded nor UTF-8. */
  readonly charset: string;
  /** Further names of a user: those learned, and the one put into outgoing mail. */
  namesOf(user: UserView): readonly string[];
}

/** `written`: the display name as it was read, white space and all. */
export function matchWritten(account: AccountView, recipient: RecipientName, written: string, options: MatchOptions): NameMatch {
  const match = matchName(account, recipient, options);
  const reread = match.kind === 'nobody' && recipient.source === 'display name' ? nameInCharset(written, options.charset) : undefined;
  if (reread === undefined) return match;
  const again = matchName(account, { ...recipient, name: cleanName(reread) }, options);
  if (again.kind === 'nobody') return match;
  return again.kind === 'user' ? { ...again, how: `${again.how} in ${options.charset}` } : again;
}

function matchName(account: AccountView, recipient: RecipientName, options: MatchOptions): NameMatch {
  const name = recipient.source === 'display name' ? personIn(account, recipient.name) : recipient.name;
  if (name === '') return { kind: 'nobody' };
  for (const [how, find] of stepsFor(account, recipient, name, options)) {
    const users = find();
    const [user] = users;
    if (users.length > 1) return { kind: 'several', users };
    if (user !== undefined) return { kind: 'user', user, how };
  }
  return lookalike(account, name);
}

type Step = readonly [how: string, find: () => readonly UserView[]];

/** The ways to find a user, most certain first. */
function stepsFor(account: AccountView, recipient: RecipientName, name: string, options: MatchOptions): readonly Step[] {
  const index = nameIndexOf(account.users);
  const forms = plainForms(name);
  const plainest = forms.at(-1) ?? name;
  // A local part or a tag may be an alias too.
  const known = (key: string): readonly UserView[] =>
    recipient.source === 'display name' ? (index.names.get(key) ?? []) : together(index.names.get(key), index.aliases.get(key));
  const further = (key: (text: string) => string, wanted: string): readonly UserView[] =>
    account.users.filter((user) => options.namesOf(user).some((own) => key(own) === wanted));
  const steps: Step[] = [
    ...forms.map((form): Step => ['name', () => known(nameKey(form))]),
    ...forms.map((form): Step => ['learned name', () => further(nameKey, nameKey(form))]),
    ['name without accents', () => together(index.plainNames.get(plainKey(plainest)), further(plainKey, plainKey(plainest)))],
  ];
  if (!options.tokenMatch) return steps;
  const words = nameWords(name);
  const hinted = (): readonly UserView[] => index.words.filter((own) => containsWords(words, own.words)).map((own) => own.user);
  return [...steps, ['one word of the name', () => together(hinted())]];
}

function together(...lists: readonly (readonly UserView[] | undefined)[]): readonly UserView[] {
  return [...new Set(lists.flatMap((users) => users ?? []))];
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

function lookalike(account: AccountView, name: string): NameMatch {
  const seen = lookalikeKey(name);
  if (seen === nameKey(name)) return { kind: 'nobody' };
  const user = nameIndexOf(account.users).names.get(seen)?.[0];
  return user === undefined
    ? { kind: 'nobody' }
    : { kind: 'nobody', hint: `it looks like ${user.name}, but is written with letters of another alphabet` };
}
