// Every secret of the server: users' passwords as hashes, the ISP's passwords encrypted. In a document of the store, never in settings.json.
import { type Disposable, type MailboxRef, mailboxName, PostroomError } from '@postroom/sdk';
import { type Clock, type SecretStore, secretPath } from '@postroom/sdk/services';
import { fingerprintsOf, type Keyring } from './keyring.js';
import { hashPassword, isSameHash, LONGEST_PASSWORD, matchesHash, type PasswordHash, unmatchableHash } from './passwordHash.js';
import { mailboxOf, passwordKey } from './passwordKey.js';
import { seal } from './secretBox.js';
import type { KeptSecrets, SecretDocument, SecretsDraft } from './secretDocument.js';
import type { SecretKey } from './secretKey.js';
import { VerifiedPasswords } from './verifiedPasswords.js';

/** Guessed passwords cost the store at most one question in so many milliseconds. */
const LOOK_EVERY_MS = 1000;

export interface SecretStoreParts {
  readonly document: SecretDocument;
  readonly key: SecretKey;
  readonly keyring: Keyring;
  readonly clock: Clock;
  /** Other servers change the document as well. */
  readonly isShared: boolean;
}

export class DocumentSecretStore implements SecretStore {
  readonly #lately: VerifiedPasswords;
  readonly #nobody = unmatchableHash();
  #hashing: Promise<unknown> = Promise.resolve();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<unknown> | undefined;
  readonly #listeners = new Set<(mailbox: MailboxRef) => void>();

  constructor(private readonly parts: SecretStoreParts) {
    this.#lately = new VerifiedPasswords(parts.clock);
    parts.document.onDidTake((before) => this.#followed(before));
  }

  get secrets(): KeptSecrets['secrets'] {
    return this.parts.document.secrets;
  }

  get #passwords(): KeptSecrets['passwords'] {
    return this.parts.document.passwords;
  }

  async setUserPassword(mailbox: MailboxRef, password: string): Promise<void> {
    const whose = `The password of ${mailboxName(mailbox)}`;
    if (password === '') throw new PostroomError('settings/invalid', `${whose} must not be empty.`);
    if (Buffer.byteLength(password) > LONGEST_PASSWORD)
      throw new PostroomError('settings/invalid', `${whose} is longer than ${LONGEST_PASSWORD} octets.`);
    if (password.includes('\0')) throw new PostroomError('settings/invalid', `${whose} holds a NUL, which no mail client can send.`);
    const hash = await this.#hash(password);
    await this.#change(({ passwords }) => passwords.set(passwordKey(mailbox), hash));
    this.#lately.forget(passwordKey(mailbox));
    this.#tell(mailbox);
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
    const { document } = this.parts;
    const before = document.version;
    if (await this.#matches(mailbox, password)) return true;
    // Another server may have set it a moment ago.
    await this.#look();
    return document.version !== before && this.#matches(mailbox, password);
  }

  async #matches(mailbox: MailboxRef | undefined, password: string): Promise<boolean> {
    const user = mailbox && passwordKey(mailbox);
    const hash = user === undefined ? undefined : this.#passwords.get(user);
    // A password that can't be right must not be worth a longer wait than one that could. To scrypt's HMAC, NULs at the end are nothing.
    const tried = Buffer.byteLength(password) > LONGEST_PASSWORD || password.includes('\0') ? '' : password;
    const matches = await matchesHash(tried, hash ?? this.#nobody);
    // The password may have been changed while scrypt ran.
    if (user === undefined || hash === undefined || !matches || tried === '' || !isSameHash(this.#passwords.get(user), hash)) return false;
    this.#lately.remember(user, password);
    return true;
  }

  /** Takes over what another server has changed that was not known here. */
  async #look(): Promise<void> {
    const { document, clock, isShared } = this.parts;
    const isDue = isShared && clock.monotonic() - this.#lookedAt >= LOOK_EVERY_MS;
    if (this.#looking === undefined && isDue) {
      this.#lookedAt = clock.monotonic();
      this.#looking = document
        .look()
        .catch(() => undefined)
        .finally(() => {
          this.#looking = undefined;
        });
    }
    await this.#looking;
  }

  wasRightLately(mailbox: MailboxRef, password: string): boolean {
    const user = passwordKey(mailbox);
    return this.#passwords.has(user) && Buffer.byteLength(password) <= LONGEST_PASSWORD && this.#lately.has(user, password);
  }

  hasPassword(mailbox: MailboxRef): boolean {
    return this.#passwords.has(passwordKey(mailbox));
  }

  async setSecret(path: string, value: string): Promise<void> {
    await this.#change(async ({ secrets }) => secrets.set(path, seal(await this.#keyBeside(secrets), path, value)));
  }

  async getSecret(path: string): Promise<string | undefined> {
    for (;;) {
      const sealed = this.secrets.get(path);
      if (sealed === undefined) return undefined;
      try {
        return await this.parts.keyring.open(path, sealed);
      } catch (error) {
        // Sealed with another key meanwhile: that one is asked for.
        if (this.secrets.get(path) === sealed) throw error;
      }
    }
  }

  hasSecret(path: string): boolean {
    return this.secrets.has(path);
  }

  async removeSecret(path: string): Promise<void> {
    if (this.hasSecret(path)) await this.#change(({ secrets }) => secrets.delete(path));
  }

  async renameAccount(from: string, to: string): Promise<void> {
    await this.#change(async (draft) => {
      const clear = await this.#opened([...draft.secrets].filter(([path]) => path.startsWith(`${from}/`)));
      for (const [path, value] of clear) {
        const target = secretPath(path.slice(from.length + 1), to);
        const key = await this.#keyBeside(draft.secrets);
        draft.secrets.delete(path);
        draft.secrets.set(target, seal(key, target, value));
      }
      for (const user of [...draft.passwords.keys()])
        if (user.startsWith(`${from}/`)) this.#movePassword(draft, user, `${to}/${user.slice(from.length + 1)}`);
    });
  }

  async removeAccount(account: string): Promise<void> {
    await this.#change((draft) => {
      for (const user of [...draft.passwords.keys()]) if (user.startsWith(`${account}/`)) this.#dropPassword(draft, user);
      for (const path of [...draft.secrets.keys()]) if (path.startsWith(`${account}/`)) draft.secrets.delete(path);
    });
  }

  async renameUser(account: string, from: string, to: string): Promise<void> {
    const [old, key] = [passwordKey({ account, user: from }), passwordKey({ account, user: to })];
    if (this.#passwords.has(old) && old !== key) await this.#change((draft) => this.#movePassword(draft, old, key));
  }

  async removeUser(mailbox: MailboxRef): Promise<void> {
    if (this.hasPassword(mailbox)) await this.#change((draft) => this.#dropPassword(draft, passwordKey(mailbox)));
  }

  async refresh(): Promise<void> {
    if (this.parts.isShared) await this.parts.document.look();
  }

  async rotateKey(): Promise<number> {
    const { document, key } = this.parts;
    let next: Buffer | undefined;
    let sealed = 0;
    await document.change({
      apply: async ({ secrets }) => {
        const clear = await this.#opened(secrets);
        // What another server writes meanwhile is sealed with the same new key.
        next ??= await key.prepareNext();
        for (const [path, value] of clear) secrets.set(path, seal(next, path, value));
        sealed = clear.length;
      },
      together: () => next && key.use(next),
      afterwards: () => key.takeNext(),
    });
    return sealed;
  }

  /** Removes the secrets under a key that is lost. Answers how many. Rejects with `command/arguments` where it is not lost, or nothing is under it. */
  async forget(fingerprint: string): Promise<number> {
    const isHere = (await this.parts.key.findOne([fingerprint])) !== undefined;
    if (isHere) throw new PostroomError('command/arguments', `This server has the key ${fingerprint}: nothing is lost.`);
    let forgotten = 0;
    await this.#change(({ secrets }) => {
      const lost = [...secrets].filter(([, { key }]) => key === fingerprint);
      forgotten = lost.length;
      if (forgotten === 0) {
        const known = [...fingerprintsOf(secrets)].join(', ') || 'none';
        throw new PostroomError('command/arguments', `Nothing is encrypted with the key ${fingerprint}. In use: ${known}.`);
      }
      for (const [path] of lost) secrets.delete(path);
    });
    return forgotten;
  }

  whileUnchanged<T>(work: () => Promise<T>): Promise<T> {
    return this.parts.document.inTurn(work);
  }

  #movePassword(draft: SecretsDraft, from: string, to: string): void {
    const hash = draft.passwords.get(from);
    if (hash === undefined) return;
    this.#dropPassword(draft, from);
    this.#lately.forget(to);
    draft.passwords.set(to, hash);
  }

  #dropPassword({ passwords }: SecretsDraft, user: string): void {
    passwords.delete(user);
    this.#lately.forget(user);
  }

  #change(apply: (draft: SecretsDraft) => unknown): Promise<void> {
    return this.parts.document.change({ apply });
  }

  #keyBeside(secrets: KeptSecrets['secrets']): Promise<Buffer> {
    return this.parts.keyring.keyBeside(secrets);
  }

  async #opened(secrets: Iterable<Parameters<Keyring['open']>>): Promise<readonly [path: string, value: string][]> {
    const clear: [string, string][] = [];
    for (const [path, sealed] of secrets) clear.push([path, await this.parts.keyring.open(path, sealed)]);
    return clear;
  }

  /** Another server has changed something: passwords that were right before may not be, and who has sessions hears of it. */
  #followed(before: KeptSecrets): void {
    const now = this.#passwords;
    for (const user of new Set([...before.passwords.keys(), ...now.keys()])) {
      if (isSameHash(before.passwords.get(user), now.get(user))) continue;
      this.#lately.forget(user);
      if (now.has(user)) this.#tell(mailboxOf(user));
    }
  }

  #tell(mailbox: MailboxRef): void {
    for (const listener of [...this.#listeners]) listener(mailbox);
  }
}
