// Where the self-made certificate and its authority are kept: as PEM files of the data folder, or in a store that several servers share. There the certificates are
// documents, and their private keys secrets, which are sealed.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PostroomError } from '@postroom/sdk';
import type { Documents, SecretStore } from '@postroom/sdk/services';
import { certificateOf, readPair } from './certificatePair.js';
import type { IssuedCertificate } from './issueCertificate.js';

export type Which = 'authority' | 'certificate';

/** Empty texts where there is none. */
export interface KeptPair extends IssuedCertificate {
  /** Of the certificate's document; `undefined` where there is none. */
  readonly version: string | undefined;
}

/** In `tls/`. */
const KEY_FILES = { authority: 'authority-key.pem', certificate: 'key.pem' } as const;

export class KeptPairs {
  constructor(
    private readonly documents: Documents,
    private readonly secrets: Pick<SecretStore, 'getSecret' | 'setSecret' | 'removeSecret' | 'refresh'>,
    /** The data folder. */
    private readonly folder: string,
  ) {}

  get isShared(): boolean {
    return this.documents.isShared;
  }

  /** Where the authority's certificate lies, to hand it out; `undefined` where it is no file. */
  get authorityFile(): string | undefined {
    return this.isShared ? undefined : join(this.folder, 'tls', 'authority.pem');
  }

  /** Rejects with `secrets/unreadable` where the key is sealed with one that this server does not have. */
  async read(which: Which): Promise<KeptPair> {
    const { text: cert, version } = await this.#text(`${which}.pem`);
    return {
      cert,
      version,
      key: this.isShared ? await this.#sealedKey(cert) : await this.#keyFor(cert, (await this.#text(KEY_FILES[which])).text),
    };
  }

  /** Of a server that moved to a store which several share: what its data folder has. */
  async readFolder(which: Which): Promise<IssuedCertificate> {
    const text = (name: string): Promise<string> => readFile(join(this.folder, 'tls', name), 'utf8').catch(() => '');
    const cert = await text(`${which}.pem`);
    return { cert, key: await this.#keyFor(cert, await text(KEY_FILES[which])) };
  }

  /** In the place of `former`. The key first: a certificate that is there has one. Rejects with `lease/lost` where somebody else wrote meanwhile. */
  async write(which: Which, { cert, key }: IssuedCertificate, former: KeptPair): Promise<void> {
    if (this.isShared) await this.#seal(cert, key);
    else await this.#put(KEY_FILES[which], key, (await this.#text(KEY_FILES[which])).version);
    await this.#put(`${which}.pem`, cert, former.version);
    const formerPath = secretOf(former.cert);
    if (this.isShared && formerPath !== undefined && formerPath !== secretOf(cert)) await this.secrets.removeSecret(formerPath);
  }

  async #seal(cert: string, key: string): Promise<void> {
    const path = secretOf(cert);
    if (path !== undefined && (await this.secrets.getSecret(path)) !== key) await this.secrets.setSecret(path, key);
  }

  /** It is sealed before its certificate is written: where it is not known here, it has come in since. */
  async #sealedKey(cert: string): Promise<string> {
    const path = secretOf(cert);
    if (path === undefined) return '';
    const known = await this.secrets.getSecret(path);
    if (known !== undefined) return known;
    await this.secrets.refresh();
    return (await this.secrets.getSecret(path)) ?? '';
  }

  /** `key`: as its file has it. A server that came back from a store which several share has it as a secret still, and beside that may be a file of before. */
  async #keyFor(cert: string, key: string): Promise<string> {
    const path = secretOf(cert);
    if (path === undefined || readPair(cert, key).pair !== undefined) return key;
    return (await this.secrets.getSecret(path).catch(() => undefined)) ?? key;
  }

  async #text(name: string): Promise<{ readonly text: string; readonly version: string | undefined }> {
    const found = await this.documents.get(`tls/${name}`).catch((error: unknown) => {
      if (this.isShared) throw error;
      // A file that cannot be read is made anew; where it cannot be written either, that says why.
      return undefined;
    });
    return { text: found === undefined ? '' : Buffer.from(found.octets).toString(), version: found?.version };
  }

  async #put(name: string, text: string, replaces: string | undefined): Promise<void> {
    if ((await this.documents.put(`tls/${name}`, Buffer.from(text), replaces)) !== 'conflict') return;
    throw new PostroomError('lease/lost', 'Somebody else has written a certificate meanwhile.');
  }
}

/**
 * Under which its private key is sealed: named by the key itself, so that certificate and key always fit, whoever wrote which of them last. `undefined` for a text
 * that is no certificate.
 */
function secretOf(cert: string): string | undefined {
  const key = certificateOf(cert)?.publicKey.export({ type: 'spki', format: 'der' });
  return key && `tls.key.${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
}
