// The certificate that the server makes for itself, so that TLS works from the first start.
import { isIP } from 'node:net';

/** What clients accept at most from a certificate without an authority (Apple's limit for TLS server certificates). */
const VALID_DAYS = 825;
const DAY_MS = 24 * 60 * 60_000;

/** Makes a P-256 key and a certificate for the names, host names and IP addresses; the first one is its common name. */
export async function makeCertificate(names: readonly string[], now: Date): Promise<{ readonly cert: string; readonly key: string }> {
  // Loaded when it is needed, at the first start and every two years: it is as large as the rest of the start together.
  const { generate } = await import('selfsigned');
  const made = await generate([{ name: 'commonName', value: (names[0] ?? 'localhost').slice(0, 64) }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // A client whose clock is a little behind must not refuse it.
    notBeforeDate: new Date(now.getTime() - DAY_MS),
    notAfterDate: new Date(now.getTime() + (VALID_DAYS - 1) * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })) },
    ],
  });
  return { cert: made.cert, key: made.private };
}
