// The key of the encrypted secrets: in secret.key, apart from them so that a backup can leave it out, or handed over by systemd.
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PostroomError, sentenceOf } from '@postroom/sdk';
import { cannotWrite, writeAtomically } from '@postroom/sdk/base';
import { KEY_OCTETS, keyFingerprint } from './secretBox.js';

export class SecretKey {
  /** The key file's; a credential wins over it. */
  readonly path: string;
  readonly #nextPath: string;
  #key: Buffer | undefined;
  /** Of a change of keys that is under way. */
  #next: Buffer | undefined;

  /** `credential`: where systemd put a key, if it did. */
  constructor(
    folder: string,
    private readonly credential: string | undefined = systemdCredential(),
  ) {
    this.path = join(folder, 'secret.key');
    this.#nextPath = join(folder, 'secret.key.next');
  }

  /** The key that secrets are sealed with; `undefined` where there is none. Rejects with `secrets/unreadable` for a file that holds none. */
  async read(): Promise<Buffer | undefined> {
    this.#key ??= (await this.#readCredential()) ?? (await readKey(this.path));
    return this.#key;
  }

  /**
   * The key with a fingerprint: the one in force, or else that of the key file. It sealed the secrets before a credential did, or was put there while this server
   * ran. Answers the key in force where none fits.
   */
  async find(fingerprint: string): Promise<Buffer | undefined> {
    const current = await this.read();
    if (current === undefined || keyFingerprint(current) === fingerprint) return current;
    const others = [this.#next, await readKey(this.path)];
    return others.find((other) => other !== undefined && keyFingerprint(other) === fingerprint) ?? current;
  }

  /** The first of the keys with these fingerprints that is here. */
  async findOne(fingerprints: Iterable<string>): Promise<Buffer | undefined> {
    for (const fingerprint of fingerprints) {
      const key = await this.find(fingerprint);
      if (key !== undefined && keyFingerprint(key) === fingerprint) return key;
    }
    return undefined;
  }

  /** Whether a change of keys was cut. */
  async isChanging(): Promise<boolean> {
    return (await stat(this.#nextPath).catch(() => undefined)) !== undefined;
  }

  /** The key; makes the file where there is none. */
  async readOrMake(): Promise<Buffer> {
    return (await this.read()) ?? this.#make();
  }

  /** Whether others on this machine may read the file. */
  async isOpenToOthers(): Promise<boolean> {
    const mode = await stat(this.path).then(
      (stats) => stats.mode,
      () => 0,
    );
    return process.platform !== 'win32' && (mode & 0o077) !== 0;
  }

  /** First half of a change of keys: a new one beside the old; where a credential is given, that one. */
  async prepareNext(): Promise<Buffer> {
    const given = await this.#readCredential();
    if (given !== undefined) return given;
    const next = randomBytes(KEY_OCTETS);
    await writeAtomically(this.#nextPath, next).catch((error: unknown) => {
      throw cannotWrite(this.#nextPath, error, 'The key is as before.');
    });
    this.#next = next;
    return next;
  }

  /** Second half, once every secret is sealed with the new key: it is in force. */
  use(next: Buffer): void {
    [this.#key, this.#next] = [next, undefined];
  }

  /** The new key in its place. Where this is cut, `recover` does it. */
  async takeNext(): Promise<void> {
    if ((await this.#readCredential()) === undefined) await rename(this.#nextPath, this.path);
    else await rm(this.path, { force: true });
  }

  /** Ends a change of keys that was cut. `fingerprints`: of the keys that the secrets are sealed with. */
  async recover(fingerprints: ReadonlySet<string>): Promise<void> {
    const next = await readKey(this.#nextPath).catch(() => undefined);
    if (next === undefined) return;
    const current = await this.read().catch(() => undefined);
    const isCurrent = current !== undefined && [...fingerprints].every((each) => each === keyFingerprint(current));
    if (isCurrent || fingerprints.size === 0) {
      // Cut before anything was sealed with the new one.
      await rm(this.#nextPath, { force: true }).catch(() => undefined);
    } else if (fingerprints.has(keyFingerprint(next))) {
      this.#key = undefined;
      await rename(this.#nextPath, this.path);
    }
  }

  async #readCredential(): Promise<Buffer | undefined> {
    return this.credential === undefined ? undefined : readKey(this.credential);
  }

  async #make(): Promise<Buffer> {
    const key = randomBytes(KEY_OCTETS);
    await writeAtomically(this.path, key).catch((error: unknown) => {
      throw cannotWrite(this.path, error, 'The secrets are as before.');
    });
    this.#key = key;
    return key;
  }
}

/** `LoadCredential=postroom.key:...` or `LoadCredentialEncrypted=` in the unit (systemd.exec(5), Credentials): the key's octets. */
function systemdCredential(): string | undefined {
  const folder = process.env['CREDENTIALS_DIRECTORY'];
  return folder === undefined || folder === '' ? undefined : join(folder, 'postroom.key');
}

async function readKey(path: string): Promise<Buffer | undefined> {
  let key: Buffer;
  try {
    key = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new PostroomError('secrets/unreadable', `The key file ${path} can't be read (${sentenceOf(error)}). See to its permissions.`, {
      path,
    });
  }
  if (key.length === KEY_OCTETS) return key;
  throw new PostroomError(
    'secrets/unreadable',
    `${path} holds no key: it has ${key.length} octets instead of ${KEY_OCTETS}. Put the right file back from a backup.`,
    { path },
  );
}
