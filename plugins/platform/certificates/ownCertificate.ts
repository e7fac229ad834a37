// The self-made certificate and its authority: made at the first start, and again when they expire or lack a name. Of several servers on a store one makes them.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { PostroomError } from '@postroom/sdk';
import type { Leases } from '@postroom/sdk/services';
import { type CertificatePair, certificateOf, coversNames, isValidAt, namesIn, normalName, readPair } from './certificatePair.js';
import { type IssuedCertificate, issueAuthority, issueCertificate, SERVER_DAYS } from './issueCertificate.js';
import type { KeptPair, KeptPairs, Which } from './keptPairs.js';

const DAY_MS = 24 * 60 * 60_000;
const RENEW_BEFORE_MS = 30 * DAY_MS;
/** An authority lasts as long as all that it has signed, with time to hand out the next one. */
const RENEW_AUTHORITY_BEFORE_MS = (SERVER_DAYS + 365) * DAY_MS;
/** Former names that a new certificate keeps: mail programs that still use one of them do not ask. */
const MOST_NAMES = 50;
/** Every server adds its own names to those of the others. */
const MOST_SHARED_NAMES = 200;

/** What was made, for the log. */
export type Made = 'authority and certificate' | 'certificate' | 'moved';

export interface OwnCertificate {
  readonly pair: CertificatePair;
  /** PEM: what people trust. */
  readonly authority: string;
  /** Missing where all was there and good. */
  readonly made?: Made;
}

/** Who of several servers on a store makes certificates. */
const LEASE = 'certificate';

export class OwnCertificates {
  constructor(
    private readonly pairs: KeptPairs,
    private readonly leases: Pick<Leases, 'take'>,
  ) {}

  /** What is kept, whatever its state; `undefined` where that is no pair with its authority. */
  async read(): Promise<OwnCertificate | undefined> {
    return ownOf(await this.pairs.read('authority'), await this.pairs.read('certificate'));
  }

  /**
   * What is kept, mended where it is missing, ends, begins in the time to come, or lacks one of the names. `name`: the authority's, if it is new. Where another
   * server is at that, what is kept so far.
   */
  async ensure(names: readonly string[], name: string, now: Date): Promise<OwnCertificate | undefined> {
    const [authority, server] = [await this.pairs.read('authority'), await this.pairs.read('certificate')];
    const own = ownOf(authority, server);
    if (own !== undefined && isGood(own.pair, names, now) && lasts(authority, now, RENEW_AUTHORITY_BEFORE_MS)) return own;
    const lease = await this.leases.take(LEASE);
    if (lease === undefined) return own;
    try {
      // Another server may have done it a moment ago.
      return await this.#mend(names, name, now);
    } catch (error) {
      // This one stood still meanwhile: what the next holder of the lease has made counts.
      if (error instanceof PostroomError && error.code === 'lease/lost') return await this.read();
      throw error;
    } finally {
      await lease.release();
    }
  }

  async #mend(names: readonly string[], name: string, now: Date): Promise<OwnCertificate> {
    const keptAuthority = await this.pairs.read('authority');
    const former = await this.#orOfFolder('authority', keptAuthority);
    const isLasting = lasts(former, now, RENEW_AUTHORITY_BEFORE_MS);
    const authority = isLasting ? former : await renewed(former, name, now);
    if (authority !== keptAuthority) await this.pairs.write('authority', authority, keptAuthority);

    const keptServer = await this.pairs.read('certificate');
    const server = await this.#orOfFolder('certificate', keptServer);
    const { pair } = readPair(server.cert, server.key);
    if (pair !== undefined && isGood(pair, names, now) && hasSigned(authority, pair)) {
      if (server !== keptServer) await this.pairs.write('certificate', server, keptServer);
      return { pair, authority: authority.cert, ...(server !== keptServer && { made: 'moved' }) };
    }
    const kept = pair === undefined ? [] : namesIn(pair.cert);
    const most = this.pairs.isShared ? MOST_SHARED_NAMES : MOST_NAMES;
    const all = [...new Set([...names, ...kept].map(normalName))].slice(0, most);
    const made = await issueCertificate(all, authority, { now, key: goodKey(server.key) });
    // If we crash between the two files, key and certificate do not match; the next start makes new ones.
    await this.pairs.write('certificate', made, keptServer);
    const result = readPair(made.cert, made.key);
    if (result.pair === undefined) throw new Error(`The certificate that was made can't be used: ${result.reason}.`);
    return { pair: result.pair, authority: authority.cert, made: isLasting ? 'certificate' : 'authority and certificate' };
  }

  /** A server that moves to a shared store brings its own along, where the store has none. */
  async #orOfFolder(which: Which, kept: KeptPair): Promise<IssuedCertificate> {
    if (!this.pairs.isShared || kept.version !== undefined) return kept;
    const found = await this.pairs.readFolder(which);
    return readPair(found.cert, found.key).pair === undefined ? kept : found;
  }
}

function ownOf(authority: IssuedCertificate, server: IssuedCertificate): OwnCertificate | undefined {
  const { pair } = readPair(server.cert, server.key);
  return pair !== undefined && hasSigned(authority, pair) ? { pair, authority: authority.cert } : undefined;
}

/** An authority with the former one's key and name: who trusts that one need not be asked. */
function renewed(former: IssuedCertificate, name: string, now: Date): Promise<IssuedCertificate> {
  const key = goodKey(former.key);
  return issueAuthority(key === undefined ? name : (nameOf(former.cert) ?? name), { now, key });
}

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
