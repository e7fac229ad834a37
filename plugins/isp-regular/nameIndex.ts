// The names of an account's users, looked up by key. Made once for each list of users, that is: once for each change of the settings.
import type { UserView } from '@postroom/sdk';
import { nameKey, nameWords, plainKey } from './nameForms.js';

export interface NameIndex {
  /** User names and `names`. */
  readonly names: ReadonlyMap<string, readonly UserView[]>;
  /** Aliases, which count where a local part or a tag names the user. */
  readonly aliases: ReadonlyMap<string, readonly UserView[]>;
  /** User names and `names` without accents. */
  readonly plainNames: ReadonlyMap<string, readonly UserView[]>;
  /** The words of each name of each user, by the first of them. */
  readonly words: ReadonlyMap<string, readonly WordsOfName[]>;
}

export interface WordsOfName {
  readonly user: UserView;
  readonly words: readonly string[];
}

const indexes = new WeakMap<readonly UserView[], NameIndex>();

export function nameIndexOf(users: readonly UserView[]): NameIndex {
  const known = indexes.get(users);
  if (known !== undefined) return known;
  const names = (user: UserView): readonly string[] => [user.name, ...user.names];
  const index = {
    names: byKey(users, names, nameKey),
    aliases: byKey(users, (user) => user.aliases, nameKey),
    plainNames: byKey(users, names, plainKey),
    words: byFirstWord(users.flatMap((user) => names(user).map((name) => ({ user, words: nameWords(name) })))),
  };
  indexes.set(users, index);
  return index;
}

function byFirstWord(names: readonly WordsOfName[]): ReadonlyMap<string, readonly WordsOfName[]> {
  const index = new Map<string, WordsOfName[]>();
  for (const name of names) {
    const [first] = name.words;
    if (first !== undefined) index.set(first, [...(index.get(first) ?? []), name]);
  }
  return index;
}

export function byKey(
  users: readonly UserView[],
  names: (user: UserView) => readonly string[],
  key: (name: string) => string,
): ReadonlyMap<string, readonly UserView[]> {
  const index = new Map<string, UserView[]>();
  for (const user of users) {
    for (const own of new Set(names(user).map(key))) index.set(own, [...(index.get(own) ?? []), user]);
  }
  return index;
}
