// The names under which users write to the world: answers repeat them. Learned from mail that the ISP has taken, kept in the plugin's
// state. A mail program says what it likes: what may mean a colleague is never learned, and what two have written under means neither.
import {
  type AccountView,
  type Disposable,
  isAdminName,
  isPublicName,
  type Logger,
  type PluginStorage,
  PostroomError,
  type UserView,
} from '@postroom/sdk';
import { KeptEntries } from '@postroom/sdk/base';
import type { Clock } from '@postroom/sdk/services';
import { nameKey } from './nameForms.js';
import { remindsOfOthers } from './ownNames.js';

/** What is kept of one account. Keys of `users` are user names, values names as they were written, newest last. */
export interface LearnedAccount {
  readonly users: Readonly<Record<string, readonly string[]>>;
  /** Keys of names that the administrator took back: not learned again. */
  readonly revoked: readonly string[];
}

const PREFIX = 'names/';
const MOST_NAMES = 20;
const LONGEST_NAME = 200;
const NOTHING: LearnedAccount = Object.freeze({ users: {}, revoked: [] });

/** Adds a name of a user's own From; answers the same value where there is nothing to learn. */
export function learnName(learned: LearnedAccount, account: AccountView, user: UserView, name: string): LearnedAccount {
  const key = nameKey(name);
  if (key === '' || name.length > LONGEST_NAME || name.includes('@') || isPublicName(key) || isAdminName(key)) return learned;
  // What the settings give to somebody, this user included, needs no learning.
  if (account.users.some((other) => [other.name, ...other.names].some((own) => nameKey(own) === key))) return learned;
  if (remindsOfOthers(account, user, name)) return learned;
  const names = learned.users[user.name] ?? [];
  if (learned.revoked.includes(key) || names.some((known) => nameKey(known) === key)) return learned;
  return { ...learned, users: { ...learned.users, [user.name]: [...names, name].slice(-MOST_NAMES) } };
}

/** Takes a name back, from one user or from all. */
export function revokeName(learned: LearnedAccount, name: string, user?: string): LearnedAccount {
  const key = nameKey(name);
  const users = Object.entries(learned.users).map(([owner, names]): [string, readonly string[]] => [
    owner,
    user === undefined || nameKey(owner) === nameKey(user) ? names.filter((known) => nameKey(known) !== key) : names,
  ]);
  return { users: Object.fromEntries(users), revoked: [...learned.revoked.filter((known) => known !== key), key] };
}

function hasName(learned: LearnedAccount, name: string, user?: string): boolean {
  return Object.entries(learned.users).some(
    ([owner, names]) => (user === undefined || nameKey(owner) === nameKey(user)) && names.some((known) => nameKey(known) === nameKey(name)),
  );
}

/** The names learned for a user; those learned under a former name of his count too. */
export function learnedNamesOf(learned: LearnedAccount, user: UserView): readonly string[] {
  const all = Object.entries(learned.users);
  if (all.length === 0) return [];
  const own = [user.name, ...user.aliases, ...user.names].map(nameKey);
  return all.flatMap(([owner, names]) => (own.includes(nameKey(owner)) ? names : []));
}

/** The same for all users of an account, without what means somebody else by now: a colleague may have come later, or the name was learned by an older version. */
export function usableNames(learned: LearnedAccount, account: AccountView): ReadonlyMap<UserView, readonly string[]> {
  return new Map(
    account.users.map((user) => [user, learnedNamesOf(learned, user).filter((name) => !remindsOfOthers(account, user, name))]),
  );
}

export class LearnedNames implements Disposable {
  readonly #accounts: KeptEntries<LearnedAccount>;
  /** Worked out once for each change of the account or of what was learned. */
  readonly #usable = new WeakMap<
    AccountView,
    { readonly learned: LearnedAccount; readonly names: ReadonlyMap<UserView, readonly string[]> }
  >();

  constructor(
    state: PluginStorage,
    clock: Clock,
    private readonly log: Logger,
  ) {
    this.#accounts = new KeptEntries(state, PREFIX, clock);
  }

  load(): Promise<void> {
    return this.#accounts.load();
  }

  dispose(): void {
    this.#accounts.dispose();
  }

  /** The names that count for a user. */
  namesOf(account: AccountView, user: UserView): readonly string[] {
    const learned = this.of(account.id);
    let usable = this.#usable.get(account);
    if (usable?.learned !== learned) {
      usable = { learned, names: usableNames(learned, account) };
      this.#usable.set(account, usable);
    }
    return usable.names.get(user) ?? [];
  }

  of(account: string): LearnedAccount {
    return this.#accounts.get(account) ?? NOTHING;
  }

  get accounts(): readonly string[] {
    return this.#accounts.names;
  }

  /** Does not wait for the commit: that one may be waiting for the message being sorted. */
  learn(account: AccountView, user: UserView, name: string): void {
    if (learnName(this.of(account.id), account, user, name) === this.of(account.id)) return;
    this.log.info(`"${name}" was learned as a name of ${user.name}. To take it back: postroom isp-regular learned --revoke`, {
      account: account.id,
    });
    this.#accounts
      .change(account.id, (learned = NOTHING) => learnName(learned, account, user, name))
      .catch((error: unknown) =>
        this.log.warn('A name of outgoing mail could not be kept.', { account: account.id, user: user.name, error: String(error) }),
      );
  }

  /** Rejects with `command/arguments` where no user of these accounts was seen to write under the name. */
  async revokeFrom(accounts: readonly string[], name: string, user?: string): Promise<void> {
    const owners = accounts.filter((account) => hasName(this.of(account), name, user));
    if (owners.length === 0) {
      throw new PostroomError('command/arguments', `No learned name is "${name}". "postroom isp-regular learned" lists them.`);
    }
    for (const account of owners) await this.#accounts.change(account, (learned = NOTHING) => revokeName(learned, name, user));
  }
}
