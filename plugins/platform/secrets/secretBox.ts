// Passwords that are needed in clear text, those of the ISP: AES-256-GCM, bound to the place where they belong. Pure.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

export const KEY_OCTETS = 32;

/** An encrypted secret; base64 throughout. */
export interface SealedSecret {
  /** Which key opens it. */
  readonly key: string;
  readonly nonce: string;
  readonly tag: string;
  readonly data: string;
}

/** Names a key without telling it. */
export function keyFingerprint(key: Buffer): string {
  return createHash('sha256').update('postroom secret.key').update(key).digest('hex').slice(0, 16);
}

/** `path` is authenticated: a sealed secret that is moved to another place does not open there. */
export function seal(key: Buffer, path: string, value: string): SealedSecret {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(path));
  const data = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return {
    key: keyFingerprint(key),
    nonce: nonce.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
  };
}

/** The clear text; `undefined` where key, place or octets are not those it was sealed with. */
export function unseal(key: Buffer, path: string, sealed: SealedSecret): string | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(sealed.nonce, 'base64'), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(path));
    decipher.setAuthTag(Buffer.from(sealed.tag, 'base64'));
    return Buffer.concat([decipher.update(Buffer.from(sealed.data, 'base64')), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
