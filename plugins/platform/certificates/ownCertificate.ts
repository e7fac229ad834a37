// The self-made certificate and its authority, as files in the data folder: made at the first start, and again when they expire or lack a name.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '@postroom/sdk/base';
import { type CertificatePair, certificateOf, coversNames, isValidAt, namesIn, normalName, readPair } from './certificatePair.js';
import { type IssuedCertificate, issueAuthority, issueCertificate, SERVER_DAYS } from './issueCertificate.js';

const DAY_MS = 24 * 60 * 60_000;
const RENEW_BEFORE_MS = 30 * DAY_MS;
/** An authority lasts as long as all that it has signed, with time to hand out the next one. */
const RENEW_AUTHORITY_BEFORE_MS = (SERVER_DAYS + 365) * DAY_MS;
/** Former names that a new certificate keeps: mail programs that still use one of them do not ask. */
const MOST_NAMES = 50;

/** What was made, for the log. */
export type Made = 'authority and certificate' | 'certificate';

export interface OwnCertificate {
  readonly pair: CertificatePair;
  /** PEM: what people trust. */
  readonly authority: string;
  /** Missing where all was there and good. */
  readonly made?: Made;
}

export class OwnCertificateFiles {
  readonly #folder: string;

  constructor(dataFolder: string) {
    this.#folder = join(dataFolder, 'tls');
  }

  /** Where the authority's certificate lies, to hand it out. */
  get authorityFile(): string {
    return this.#file('authority.pem');
  }

  /** What lies there, whatever its state; `undefined` where that is no pair with its authority. */
  async read(): Promise<OwnCertificate | undefined> {
    const [authority, server] = [await this.#kept('authority'), await this.#kept('certificate')];
    const { pair } = readPair(server.cert, server.key);
    return pair !== undefined && hasSigned(authority, pair) ? { pair, authority: authority.cert } : undefined;
  }

  /** What lies there, mended where it is missing, ends, begins in the time to come, or lacks one of the names. `name`: the authority's, if it is new. */
  async ensure(names: readonly string[], name: string, now: Date): Promise<OwnCertificate> {
    const former = await this.#kept('authority');
    const isLasting = lasts(former, now, RENEW_AUTHORITY_BEFORE_MS);
    const authority = isLasting ? former : await this.#renewAuthority(former, name, now);
    const server = await this.#kept('certificate');
    const { pair } = readPair(server.cert, server.key);
    if (pair !== undefined && isGood(pair, names, now) && hasSigned(authority, pair)) return { pair, authority: authority.cert };
    const kept = pair === undefined ? [] : namesIn(pair.cert);
    const all = [...new Set([...names, ...kept].map(normalName))].slice(0, MOST_NAMES);
    const made = await issueCertificate(all, authority, { now, key: goodKey(server.key) });
    // If we crash between the two writes, key and certificate do not match; the next start makes new ones.
    await this.#write('certificate', made);
    const result = readPair(made.cert, made.key);
    if (result.pair === undefined) throw new Error(`The certificate that was made can't be used: ${result.reason}.`);
    return { pair: result.pair, authority: authority.cert, made: isLasting ? 'certificate' : 'authority and certificate' };
  }

  /** With its key and its name: who trusts the former one need not be asked. */
  async #renewAuthority(former: IssuedCertificate, name: string, now: Date): Promise<IssuedCertificate> {
    const key = goodKey(former.key);
    const made = await issueAuthority(key === undefined ? name : (nameOf(former.cert) ?? name), { now, key });
    await this.#write('authority', made);
    return made;
  }

  async #kept(which: 'authority' | 'certificate'): Promise<IssuedCertificate> {
    const text = (name: string): Promise<string> => readFile(this.#file(name), 'utf8').catch(() => '');
    const [cert, key] = await Promise.all([text(`${which}.pem`), text(KEY_FILES[which])]);
    return { cert, key };
  }

  async #write(which: 'authority' | 'certificate', { cert, key }: IssuedCertificate): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeAtomically(this.#file(KEY_FILES[which]), key);
    await writeAtomically(this.#file(`${which}.pem`), cert, 0o644);
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}

const KEY_FILES = { authority: 'authority-key.pem', certificate: 'key.pem' } as const;

/** Whether a certificate that the server made for itself is to be replaced. */
export function isGood(pair: CertificatePair, names: readonly string[], now: Date): boolean {
  return isValidAt(pair, new Date(now.getTime() + RENEW_BEFORE_MS)) && isValidAt(pair, now) && coversNames(pair.cert, names);
}

/** When a good one will be renewed. */
export function renewalOf({ expires }: CertificatePair): Date {
  return new Date(expires.getTime() - RENEW_BEFORE_MS);
}

function lasts({ cert, key }: IssuedCertificate, now: Date, forMs: number): boolean {
  const { pair } = readPair(cert, key);
  return pair !== undefined && isValidAt(pair, now) && isValidAt(pair, new Date(now.getTime() + forMs));
}

function hasSigned(authority: IssuedCertificate, { cert }: CertificatePair): boolean {
  const signer = certificateOf(authority.cert);
  return signer !== undefined && new X509Certificate(cert).verify(signer.publicKey);
}

/** A key that can be kept: clients that know it by its fingerprint go on. */
function goodKey(pem: string): string | undefined {
  try {
    return createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1' ? pem : undefined;
  } catch {
    return undefined;
  }
}

function nameOf(cert: string): string | undefined {
  return /^CN=(.+)$/m.exec(certificateOf(cert)?.subject ?? '')?.[1];
}
