// Which user a name means. Certain forms first; what fits two users counts for neither.
import { type AccountView, type Address, cleanName, type RecipientName, recipientName, type UserView } from '@postroom/sdk';
import { containsWords, lookalikeKey, nameKey, nameWords, plainForms, plainKey } from './nameForms.js';
import { byKey, type NameIndex, nameIndexOf } from './nameIndex.js';
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
  /** Further names of a user: those learned, and the one put into outgoing mail. The same for all names of a message. */
  namesOf(user: UserView): readonly string[];
}

type UsersByKey = ReadonlyMap<string, readonly UserView[]>;

/** Further names by key and without accents, made for the first name of a message that needs them. */
const furtherNames = new WeakMap<MatchOptions, { readonly names: UsersByKey; readonly plainNames: UsersByKey }>();

function furtherNamesOf(account: AccountView, options: MatchOptions): { readonly names: UsersByKey; readonly plainNames: UsersByKey } {
  let further = furtherNames.get(options);
  if (further === undefined) {
    const namesOf = (user: UserView): readonly string[] => options.namesOf(user);
    further = { names: byKey(account.users, namesOf, nameKey), plainNames: byKey(account.users, namesOf, plainKey) };
    furtherNames.set(options, further);
  }
  return further;
}

/** Who is meant by the address, its display name decoded again in `options.charset` where it matches no user as it was read. */
export function matchAddress(account: AccountView, address: Address, options: MatchOptions): NameMatch {
  const recipient = recipientName(account, address);
  const match = matchName(account, recipient, options);
  const reread = match.kind === 'nobody' && recipient.source === 'display name' ? nameInCharset(address.name, options.charset) : undefined;
  if (reread === undefined) return match;
  const again = matchName(account, recipientName(account, { ...address, name: reread }), options);
  if (again.kind === 'nobody') return match;
  return again.kind === 'user' ? { ...again, how: `${again.how} in ${options.charset}` } : again;
}

function matchName(account: AccountView, recipient: RecipientName, options: MatchOptions): NameMatch {
  if (recipient.name === '') return { kind: 'nobody' };
  for (const [how, find] of stepsFor(account, recipient, options)) {
    const users = find();
    const [user] = users;
    if (users.length > 1) return { kind: 'several', users };
    if (user !== undefined) return { kind: 'user', user, how };
  }
  return lookalike(account, recipient.name);
}

type Step = readonly [how: string, find: () => readonly UserView[]];

/** The ways to find a user, most certain first. */
function stepsFor(account: AccountView, { name, source }: RecipientName, options: MatchOptions): readonly Step[] {
  const index = nameIndexOf(account.users);
  const forms = plainForms(name);
  const plainest = forms.at(-1) ?? name;
  // A local part or a tag may be an alias too.
  const known = (key: string): readonly UserView[] =>
    source === 'display name' ? (index.names.get(key) ?? []) : together(index.names.get(key), index.aliases.get(key));
  const withoutAccents = (key: string): readonly UserView[] =>
    together(index.plainNames.get(key), furtherNamesOf(account, options).plainNames.get(key));
  // In an address a space needs quotes, so people write a dot for it.
  const spaced = source === 'tag' ? [cleanName(name.replace(/[._]+/g, ' '))] : [];
  const steps: Step[] = [
    ...forms.map((form): Step => ['name', () => known(nameKey(form))]),
    ...spaced.map((form): Step => ['name', () => known(nameKey(form))]),
    ...forms.map((form): Step => ['learned name', () => furtherNamesOf(account, options).names.get(nameKey(form)) ?? []]),
    ['name without accents', () => withoutAccents(plainKey(plainest))],
  ];
  return options.tokenMatch ? [...steps, ['one word of the name', () => hinted(index, nameWords(name))]] : steps;
}

/** Users of whom a word of the name reminds; where a user's own name has several words, all of them in a row. */
function hinted(index: NameIndex, words: readonly string[]): readonly UserView[] {
  const candidates = new Set(words.flatMap((word) => index.words.get(word) ?? []));
  return together([...candidates].filter((own) => containsWords(words, own.words)).map((own) => own.user));
}

function together(...lists: readonly (readonly UserView[] | undefined)[]): readonly UserView[] {
  return [...new Set(lists.flatMap((users) => users ?? []))];
}

function lookalike(account: AccountView, name: string): NameMatch {
  const seen = lookalikeKey(name);
  if (seen === nameKey(name)) return { kind: 'nobody' };
  const user = nameIndexOf(account.users).names.get(seen)?.[0];
  return user === undefined
    ? { kind: 'nobody' }
    : { kind: 'nobody', hint: `it looks like ${user.name}, but is written with letters of another alphabet` };
}
