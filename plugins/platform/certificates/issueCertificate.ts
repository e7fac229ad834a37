// Self-made certificates: an authority, which people trust once, and under it the certificate that clients are shown.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import type { Extension } from '@peculiar/x509';

/** What clients accept at most from a certificate under an authority that the user has added (Apple's limit for TLS server certificates). */
export const SERVER_DAYS = 825;
const AUTHORITY_DAYS = 3653;
const DAY_MS = 24 * 60 * 60_000;

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' };

/** PEM, both. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

/** When to make it, and with which private key (PEM); without one with a new key. */
export interface Issue {
  readonly now: Date;
  readonly key?: string | undefined;
}

/**
 * An authority; `name`: by which people know it again. Under the same name and key a later one takes the place of an earlier one: who trusts either of
 * them trusts what both have signed.
 */
export async function issueAuthority(name: string, { now, key }: Issue): Promise<IssuedCertificate> {
  const x509 = await import('@peculiar/x509');
  const keys = await keysOf(key);
  const extensions = [
    new x509.BasicConstraintsExtension(true, 0, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    // For servers alone: it cannot sign programs or letters.
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
  ];
  const subject = [{ CN: [commonName(name)] }];
  const made = await x509.X509CertificateGenerator.create({
    ...life(now, AUTHORITY_DAYS),
    subject,
    issuer: subject,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    extensions,
  });
  return { cert: made.toString('pem'), key: keys.pem };
}

/** A certificate for the names, host names and IP addresses, the first one as its common name; no longer than its authority. */
export async function issueCertificate(
  names: readonly string[],
  authority: IssuedCertificate,
  { now, key }: Issue,
): Promise<IssuedCertificate> {
  const x509 = await import('@peculiar/x509');
  const issuer = new x509.X509Certificate(authority.cert);
  const [keys, signer] = await Promise.all([keysOf(key), keysOf(authority.key)]);
  const alternatives = names.map((name) => ({ type: isIP(name) === 0 ? ('dns' as const) : ('ip' as const), value: name }));
  const extensions: Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension(alternatives),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey),
  ];
  const { notBefore, notAfter, ...rest } = life(now, SERVER_DAYS);
  const made = await x509.X509CertificateGenerator.create({
    ...rest,
    notBefore,
    notAfter: new Date(Math.min(notAfter.getTime(), issuer.notAfter.getTime())),
    subject: [{ CN: [commonName(names[0] ?? 'localhost')] }],
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    extensions,
  });
  return { cert: made.toString('pem'), key: keys.pem };
}

/** A common name has 64 characters at most (RFC 5280, appendix A.1); what separates names in their written form stands in none of ours. */
function commonName(text: string): string {
  return text.replaceAll(/[^\w. :-]/g, '-').slice(0, 64);
}

function life(now: Date, days: number) {
  return {
    // Positive, and never twice: a second one of the same number would be refused by who has seen the first.
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    // A client whose clock is a little behind must not refuse it.
    notBefore: new Date(now.getTime() - DAY_MS),
    notAfter: new Date(now.getTime() + (days - 1) * DAY_MS),
    signingAlgorithm: SIGNATURE,
  };
}

interface Keys {
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicKey: webcrypto.CryptoKey;
  readonly pem: string;
}

async function keysOf(pem: string | undefined): Promise<Keys> {
  const key = pem === undefined ? generateKeyPairSync('ec', { namedCurve: CURVE.namedCurve }).privateKey : createPrivateKey(pem);
  return {
    privateKey: await imported('pkcs8', key, ['sign']),
    publicKey: await imported('spki', createPublicKey(key), ['verify']),
    pem: key.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

async function imported(format: 'pkcs8' | 'spki', key: KeyObject, usages: webcrypto.KeyUsage[]): Promise<webcrypto.CryptoKey> {
  return (await webcrypto.subtle.importKey(
    format,
    key.export({ type: format, format: 'der' }),
    CURVE,
    true,
    usages,
  )) as webcrypto.CryptoKey;
}
