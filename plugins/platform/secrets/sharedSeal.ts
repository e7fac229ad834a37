// Seals what servers on one store tell each other with the key of their passwords.
import { PostroomError } from '@postroom/sdk';
import type { SharedKey } from '@postroom/sdk/services';
import { howShared, type Keyring } from './keyring.js';
import { type SealedSecret, seal, unseal } from './secretBox.js';
import type { SecretDocument } from './secretDocument.js';
import type { SecretKey } from './secretKey.js';

export class SharedSeal implements SharedKey {
  constructor(
    private readonly document: Pick<SecretDocument, 'secrets'>,
    private readonly key: SecretKey,
    private readonly keyring: Keyring,
  ) {}

  async seal(place: string, text: string): Promise<string> {
    return JSON.stringify(seal(await this.keyring.keyBeside(this.document.secrets), apart(place), text));
  }

  async open(place: string, sealed: string): Promise<string> {
    const box = sealedIn(sealed);
    const key = box && (await this.key.findOne([box.key]));
    if (box !== undefined && key === undefined) {
      throw new PostroomError('secrets/unreadable', `This server does not have the key ${box.key}. ${howShared(box.key)}`);
    }
    const text = box && key && unseal(key, apart(place), box);
    if (text !== undefined) return text;
    throw new PostroomError('secrets/unreadable', `What is in ${place} was not sealed there with the key of this store.`);
  }
}

/** No secret has such a path: neither opens in the place of the other. */
function apart(place: string): string {
  return `sealed: ${place}`;
}

function sealedIn(text: string): SealedSecret | undefined {
  try {
    const { key, nonce, tag, data } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (typeof key !== 'string' || typeof nonce !== 'string' || typeof tag !== 'string' || typeof data !== 'string') return undefined;
    return { key: /^[0-9a-f]{16}$/.test(key) ? key : '?', nonce, tag, data };
  } catch {
    return undefined;
  }
}
