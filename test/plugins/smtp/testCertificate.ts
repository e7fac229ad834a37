// A certificate for servers on loopback, made once a run.
import { X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';

export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
}

export async function makeCertificate(commonName: string): Promise<TestCertificate> {
  const made = await generate([{ name: 'commonName', value: commonName }], { keyType: 'ec', algorithm: 'sha256' });
  return { key: made.private, cert: made.cert };
}

let shared: Promise<TestCertificate> | undefined;

/** The same one for every suite: making it takes a while. */
export function testCertificate(): Promise<TestCertificate> {
  shared ??= makeCertificate('localhost');
  return shared;
}

/** SHA-256 in the form of `smtp.tls.pin`. */
export function fingerprintOf(certificate: TestCertificate): string {
  return new X509Certificate(certificate.cert).fingerprint256;
}
