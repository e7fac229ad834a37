// A certificate with its key: whether they fit, which names they cover, how long they last.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import { SERVER_TLS, sentenceOf } from '@postroom/sdk';
import ipaddr from 'ipaddr.js';

export interface CertificatePair {
  /** PEM, both. */
  readonly cert: string;
  readonly key: string;
  readonly context: SecureContext;
  readonly begins: Date;
  readonly expires: Date;
}

export type PairResult = { readonly pair: CertificatePair } | { readonly pair: undefined /** Half a sentence. */; readonly reason: string };

/** Reads a pair; never throws, and never shows anything of the key. */
export function readPair(cert: string, key: string): PairResult {
  // To OpenSSL a certificate alone is no mistake.
  if (key === '') return { pair: undefined, reason: 'there is no private key' };
  try {
    const certificate = new X509Certificate(cert);
    return {
      pair: {
        cert,
        key,
        context: createSecureContext({ ...SERVER_TLS, cert, key }),
        begins: new Date(certificate.validFrom),
        expires: new Date(certificate.validTo),
      },
    };
  } catch (error) {
    return { pair: undefined, reason: reasonOf(sentenceOf(error)) };
  }
}

export function isValidAt({ begins, expires }: CertificatePair, moment: Date): boolean {
  return begins <= moment && moment < expires;
}

/** Whether the certificate is good for every one of the names, which may be IP addresses. */
export function coversNames(cert: string, names: readonly string[]): boolean {
  const certificate = new X509Certificate(cert);
  return names.every((name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined);
}

/** Host names and IP addresses that a certificate is good for. */
export function namesIn(cert: string): readonly string[] {
  const names = certificateOf(cert)?.subjectAltName ?? '';
  return names
    .split(', ')
    .flatMap((each) => /^(?:DNS|IP Address):([\w.:-]+)$/.exec(each)?.[1] ?? [])
    .map(normalName);
}

/** An IP address in its one short form, as certificates do not have it. */
export function normalName(name: string): string {
  return isIP(name) === 0 ? name : ipaddr.parse(name).toString();
}

/** `undefined` where the text is no certificate. */
export function certificateOf(cert: string): X509Certificate | undefined {
  try {
    return new X509Certificate(cert);
  } catch {
    return undefined;
  }
}

/** OpenSSL's words for the usual slips, in ours. */
function reasonOf(words: string): string {
  if (/key values mismatch/i.test(words)) return 'the private key belongs to another certificate';
  if (/no start line|asn1|wrong tag|bad base64|bad end line|unsupported|DECODER/i.test(words))
    return 'one of the two is not PEM as it should be';
  if (/password|bad decrypt|interrupted or cancelled/i.test(words))
    return 'the private key is locked with a pass phrase; store it without one';
  return words;
}
