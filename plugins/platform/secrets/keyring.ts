// Seals and opens secrets with the keys that this server has. On a store that several servers share, all of them need the same one.
import { PostroomError } from '@postroom/sdk';
import { keyFingerprint, type SealedSecret, unseal } from './secretBox.js';
import type { SecretKey } from './secretKey.js';

type Sealed = ReadonlyMap<string, SealedSecret>;

export class Keyring {
  constructor(
    private readonly key: SecretKey,
    private readonly isShared: boolean,
  ) {}

  /** Clear text. Rejects with `secrets/unreadable`, with what to do. */
  async open(path: string, sealed: SealedSecret): Promise<string> {
    const key = await this.key.find(sealed.key);
    const how = this.isShared ? howShared(sealed.key) : `Put the right key file back from a backup, or set the secret "${path}" anew.`;
    if (key === undefined) throw unreadable(`The key file ${this.key.path} is missing. ${how}`, path);
    if (keyFingerprint(key) !== sealed.key) {
      throw unreadable(`The key file ${this.key.path} is not the one that encrypted the secret. ${how}`, path);
    }
    const value = unseal(key, path, sealed);
    if (value !== undefined) return value;
    throw unreadable(`The secret "${path}" is damaged. Set it anew.`, path);
  }

  /**
   * The key to seal one more secret with, made where there is none yet. On a shared store it is one that is in use there: the other servers could not open what is
   * sealed with another. Rejects with `secrets/unreadable` where this server does not have it.
   */
  async keyBeside(secrets: Sealed): Promise<Buffer> {
    const inUse = fingerprintsOf(secrets);
    if (!this.isShared || inUse.size === 0) return this.key.readOrMake();
    const own = await this.key.read();
    const found = own !== undefined && inUse.has(keyFingerprint(own)) ? own : await this.key.findOne(inUse);
    if (found !== undefined) return found;
    const [fingerprint = ''] = inUse;
    const which = own === undefined ? 'has no key' : `has the key ${keyFingerprint(own)}`;
    throw unreadable(
      `The servers on this store encrypt with the key ${fingerprint}, and this one ${which} in ${this.key.path}. ${howShared(fingerprint)}`,
    );
  }

  /** How many secrets there are to each key that is not here, by its fingerprint. */
  async missing(secrets: Sealed): Promise<ReadonlyMap<string, number>> {
    const missing = new Map<string, number>();
    for (const fingerprint of fingerprintsOf(secrets)) {
      if ((await this.key.findOne([fingerprint])) !== undefined) continue;
      missing.set(fingerprint, [...secrets.values()].filter(({ key }) => key === fingerprint).length);
    }
    return missing;
  }
}

export function fingerprintsOf(secrets: Sealed): ReadonlySet<string> {
  return new Set([...secrets.values()].map(({ key }) => key));
}

/** What to do about a key that is on another server of the store. */
export function howShared(fingerprint: string): string {
  return `Copy secret.key from a server that has it ("postroom secrets check" shows which key a server has). Where none has it any more: postroom secrets forget ${fingerprint}, and set them again.`;
}

function unreadable(sentence: string, path?: string): PostroomError {
  return new PostroomError('secrets/unreadable', sentence, path === undefined ? {} : { path });
}
