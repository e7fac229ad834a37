// Every secret of the server: users' passwords as hashes, the ISP's passwords encrypted. In secrets.json, never in settings.json.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Disposable, foldCase, type MailboxRef, mailboxName, PostroomError, sentenceOf } from '@postroom/sdk';
import { reasonOf, removeLeftovers, writeAtomically } from '@postroom/sdk/base';
import { type Clock, type Log, type SecretStore, secretPath } from '@postroom/sdk/services';
import { hashPassword, LONGEST_PASSWORD, matchesHash, type PasswordHash, unmatchableHash } from './passwordHash.js';
import { keyFingerprint, type SealedSecret, seal, unseal } from './secretBox.js';
import { SecretKey } from './secretKey.js';
import { VerifiedPasswords } from './verifiedPasswords.js';

interface SecretsFile {
  readonly version: 1;
  /** By userKey(). */
  readonly passwords: Readonly<Record<string, PasswordHash>>;
  /** By secretPath(). */
  readonly secrets: Readonly<Record<string, SealedSecret>>;
}

/** What a change works on. */
interface Draft {
  readonly passwords: Map<string, PasswordHash>;
  readonly secrets: Map<string, SealedSecret>;
}

export class FileSecretStore implements SecretStore {
  readonly #path: string;
  readonly #key: SecretKey;
  readonly #lately: VerifiedPasswords;
  readonly #nobody = unmatchableHash();
  #passwords = new Map<string, PasswordHash>();
  #secrets = new Map<string, SealedSecret>();
  #queue: Promise<unknown> = Promise.resolve();
  #hashing: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<(mailbox: MailboxRef) => void>();

  /** `folder`: the data folder. */
  constructor(
    folder: string,
    clock: Clock,
    private readonly log: Pick<Log, 'warn'>,
  ) {
    this.#path = join(folder, 'secrets.json');
    this.#key = new SecretKey(folder);
    this.#lately = new VerifiedPasswords(clock);
  }

  /** Rejects with `secrets/unreadable` where secrets.json is damaged: to go on without it would lose every password at the next write. */
  async open(): Promise<void> {
    await removeLeftovers(this.#path);
    const file = await this.#read();
    this.#passwords = new Map(Object.entries(file.passwords));
    this.#secrets = new Map(Object.entries(file.secrets));
    await this.#key.recover(new Set([...this.#secrets.values()].map(({ key }) => key)));
    if (await this.#key.isOpenToOthers()) {
      this.log.warn('Other users of this machine can read the key file. Take their rights away: chmod 600.', { path: this.#key.path });
    }
  }

  async setUserPassword(mailbox: MailboxRef, password: string): Promise<void> {
    const whose = `The password of ${mailboxName(mailbox)}`;
    if (password === '') throw new PostroomError('settings/invalid', `${whose} must not be empty.`);
    if (Buffer.byteLength(password) > LONGEST_PASSWORD)
      throw new PostroomError('settings/invalid', `${whose} is longer than ${LONGEST_PASSWORD} octets.`);
    if (password.includes('\0')) throw new PostroomError('settings/invalid', `${whose} holds a NUL, which no mail client can send.`);
    const hash = await this.#hash(password);
    await this.#change(({ passwords }) => passwords.set(userKey(mailbox), hash));
    this.#lately.forget(userKey(mailbox));
    for (const listener of [...this.#listeners]) listener(mailbox);
  }

  /** One after the other: each takes 16 MB and a thread that the store writes with. */
  #hash(password: string): Promise<PasswordHash> {
    const made = this.#hashing.then(() => hashPassword(password));
    this.#hashing = made.catch(() => undefined);
    return made;
  }

  onDidSetUserPassword(listener: (mailbox: MailboxRef) => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  async verifyUserPassword(mailbox: MailboxRef | undefined, password: string): Promise<boolean> {
    const user = mailbox && userKey(mailbox);
    const hash = user === undefined ? undefined : this.#passwords.get(user);
    // A password that can't be right must not be worth a longer wait than one that could. To scrypt's HMAC, NULs at the end are nothing.
    const tried = Buffer.byteLength(password) > LONGEST_PASSWORD || password.includes('\0') ? '' : password;
    const matches = await matchesHash(tried, hash ?? this.#nobody);
    // The password may have been changed while scrypt ran.
    if (user === undefined || hash === undefined || !matches || tried === '' || this.#passwords.get(user) !== hash) return false;
    this.#lately.remember(user, password);
    return true;
  }

  wasRightLately(mailbox: MailboxRef, password: string): boolean {
    const user = userKey(mailbox);
    return this.#passwords.has(user) && Buffer.byteLength(password) <= LONGEST_PASSWORD && this.#lately.has(user, password);
  }

  hasPassword(mailbox: MailboxRef): boolean {
    return this.#passwords.has(userKey(mailbox));
  }

  async setSecret(path: string, value: string): Promise<void> {
    await this.#change(async ({ secrets }) => secrets.set(path, seal(await this.#key.readOrMake(), path, value)));
  }

  async getSecret(path: string): Promise<string | undefined> {
    for (;;) {
      const sealed = this.#secrets.get(path);
      if (sealed === undefined) return undefined;
      try {
        return await this.#open(path, sealed);
      } catch (error) {
        // Sealed with another key meanwhile: that one is asked for.
        if (this.#secrets.get(path) === sealed) throw error;
      }
    }
  }

  hasSecret(path: string): boolean {
    return this.#secrets.has(path);
  }

  async removeSecret(path: string): Promise<void> {
    if (this.#secrets.has(path)) await this.#change(({ secrets }) => secrets.delete(path));
  }

  async renameAccount(from: string, to: string): Promise<void> {
    await this.#change(async (draft) => {
      const clear: [string, string][] = [];
      for (const [path, sealed] of draft.secrets) if (path.startsWith(`${from}/`)) clear.push([path, await this.#open(path, sealed)]);
      for (const [path, value] of clear) {
        const target = secretPath(path.slice(from.length + 1), to);
        draft.secrets.delete(path);
        draft.secrets.set(target, seal(await this.#key.readOrMake(), target, value));
      }
      for (const [user, hash] of [...draft.passwords])
        if (user.startsWith(`${from}/`)) this.#movePassword(draft, user, `${to}/${user.slice(from.length + 1)}`, hash);
    });
  }

  async removeAccount(account: string): Promise<void> {
    await this.#change((draft) => {
      for (const user of [...draft.passwords.keys()]) if (user.startsWith(`${account}/`)) this.#dropPassword(draft, user);
      for (const path of [...draft.secrets.keys()]) if (path.startsWith(`${account}/`)) draft.secrets.delete(path);
    });
  }

  async renameUser(account: string, from: string, to: string): Promise<void> {
    const [old, key] = [userKey({ account, user: from }), userKey({ account, user: to })];
    const hash = this.#passwords.get(old);
    if (hash !== undefined && old !== key) await this.#change((draft) => this.#movePassword(draft, old, key, hash));
  }

  async removeUser(mailbox: MailboxRef): Promise<void> {
    if (this.hasPassword(mailbox)) await this.#change((draft) => this.#dropPassword(draft, userKey(mailbox)));
  }

  async rotateKey(): Promise<number> {
    let next: Buffer | undefined;
    let sealed = 0;
    await this.#change(
      async ({ secrets }) => {
        const clear: [string, string][] = [];
        for (const [path, one] of secrets) clear.push([path, await this.#open(path, one)]);
        next = await this.#key.prepareNext();
        for (const [path, value] of clear) secrets.set(path, seal(next, path, value));
        sealed = clear.length;
      },
      () => next && this.#key.use(next),
      () => this.#key.takeNext(),
    );
    return sealed;
  }

  whileUnchanged<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  #movePassword(draft: Draft, from: string, to: string, hash: PasswordHash): void {
    this.#dropPassword(draft, from);
    this.#lately.forget(to);
    draft.passwords.set(to, hash);
  }

  #dropPassword({ passwords }: Draft, user: string): void {
    passwords.delete(user);
    this.#lately.forget(user);
  }

  async #open(path: string, sealed: SealedSecret): Promise<string> {
    const key = await this.#key.find(sealed.key);
    const how = `Put the right key file back from a backup, or set the secret "${path}" anew.`;
    if (key === undefined) throw new PostroomError('secrets/unreadable', `The key file ${this.#key.path} is missing. ${how}`, { path });
    if (keyFingerprint(key) !== sealed.key) {
      throw new PostroomError('secrets/unreadable', `The key file ${this.#key.path} is not the one that encrypted the secret. ${how}`, {
        path,
      });
    }
    const value = unseal(key, path, sealed);
    if (value === undefined)
      throw new PostroomError('secrets/unreadable', `The secret "${path}" in ${this.#path} is damaged. Set it anew.`, { path });
    return value;
  }

  async #read(): Promise<SecretsFile> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { version: 1, passwords: {}, secrets: {} };
      throw new PostroomError('secrets/unreadable', `${this.#path} can't be read (${sentenceOf(error)}). See to its permissions.`);
    }
    const file = parsed(text);
    if (file !== undefined) return file;
    throw new PostroomError(
      'secrets/unreadable',
      `${this.#path} is damaged. Put it back from a backup, or remove it and set every password anew.`,
    );
  }

  /**
   * Changes follow each other. Readers see what was there before until the change is durable, then all of it; one that fails or can't be written does
   * not count. `together`: what else changes for them in the same moment. `afterwards`: what ends the change once it is durable.
   */
  #change(apply: (draft: Draft) => unknown, together?: () => void, afterwards?: () => Promise<void>): Promise<void> {
    return this.whileUnchanged(async () => {
      const draft = { passwords: new Map(this.#passwords), secrets: new Map(this.#secrets) };
      await apply(draft);
      await this.#write(draft);
      [this.#passwords, this.#secrets] = [draft.passwords, draft.secrets];
      together?.();
      await afterwards?.();
    });
  }

  async #write({ passwords, secrets }: Draft): Promise<void> {
    const file: SecretsFile = { version: 1, passwords: Object.fromEntries(passwords), secrets: Object.fromEntries(secrets) };
    try {
      await writeAtomically(this.#path, `${JSON.stringify(file, undefined, 2)}\n`);
    } catch (error) {
      throw new PostroomError(
        'data/not-writable',
        `${this.#path} could not be written (${reasonOf(error, this.#path)}). The secrets are as before.`,
      );
    }
  }
}

/** No name holds a slash, and no account is called admin1. */
function userKey({ account, user }: MailboxRef): string {
  return account === undefined ? foldCase(user) : `${account}/${foldCase(user)}`;
}

function parsed(text: string): SecretsFile | undefined {
  try {
    const file = JSON.parse(text) as Partial<SecretsFile> | null;
    return file?.version === 1 && isGroup(file.passwords) && isGroup(file.secrets) ? (file as SecretsFile) : undefined;
  } catch {
    return undefined;
  }
}

function isGroup(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
