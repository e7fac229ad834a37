// Every secret of the server: users' passwords as hashes, the ISP's passwords encrypted.
import type { MailboxRef } from '../accounts.js';
import type { Disposable } from '../disposable.js';
import { createServiceId } from './createServiceId.js';

export interface SecretStore {
  /** Rejects with `settings/invalid` for an empty or overlong password. Resolves when it is durable. */
  setUserPassword(mailbox: MailboxRef, password: string): Promise<void>;
  /** After a user's password was set, on this server or another one. */
  onDidSetUserPassword(listener: (mailbox: MailboxRef) => void): Disposable;
  /** Takes the same time for a wrong password, a user without one, and `undefined`: no user. */
  verifyUserPassword(mailbox: MailboxRef | undefined, password: string): Promise<boolean>;
  /** Whether the password was right within the last minutes: answers at once, and `false` says nothing. */
  wasRightLately(mailbox: MailboxRef, password: string): boolean;
  hasPassword(mailbox: MailboxRef): boolean;
  /** `path` by secretPath(). Makes the key file where there is none. */
  setSecret(path: string, value: string): Promise<void>;
  /** Clear text; `undefined` where none is set. Rejects with `secrets/unreadable` where the key file is missing or another one. */
  getSecret(path: string): Promise<string | undefined>;
  hasSecret(path: string): boolean;
  removeSecret(path: string): Promise<void>;
  /** Users' passwords and the account's secrets go along. */
  renameAccount(from: string, to: string): Promise<void>;
  removeAccount(account: string): Promise<void>;
  renameUser(account: string, from: string, to: string): Promise<void>;
  removeUser(mailbox: MailboxRef): Promise<void>;
  /** Takes over at once what other servers on the store have changed, which otherwise takes a second or two. */
  refresh(): Promise<void>;
  /**
   * Seals every secret with a new key: in a new key file, or the credential of systemd where one is given. Resolves with how many. Other servers on the store
   * need the new key as well.
   */
  rotateKey(): Promise<number>;
  /**
   * Does something with the files while this server changes no secret: a copy of them fits together. On a store that several servers share the passwords are in
   * the database and in its own backup; the key file is in the data folder all the same.
   */
  whileUnchanged<T>(work: () => Promise<T>): Promise<T>;
}
export const SecretStore = createServiceId<SecretStore>('SecretStore');

/** Where the secret setting `key` is kept; `account` for one of scope `account`. */
export function secretPath(key: string, account?: string): string {
  return account === undefined ? key : `${account}/${key}`;
}
