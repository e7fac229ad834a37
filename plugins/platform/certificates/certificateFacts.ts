// What the commands say: the certificate that mail programs are shown, and what people can trust once instead of being asked.
import { X509Certificate } from 'node:crypto';
import { PostroomError } from '@postroom/sdk';
import type { ServerCertificates } from './certificates.js';

/** The certificate with its authority. Throws `data/missing` where none is made yet. */
export function certificateFacts({ pem, authority, renewal, names, problem }: ServerCertificates): object {
  return {
    ...dates(pem.cert),
    renewed: renewal?.toISOString(),
    names,
    madeHere: authority !== undefined,
    authority: authority === undefined ? undefined : { name: nameOf(authority), ...dates(authority) },
    problem,
  };
}

/** PEM. Throws `data/missing` where somebody else has signed the certificate. */
export function authorityOf({ authority }: ServerCertificates): string {
  if (authority !== undefined) return authority.trimEnd();
  throw new PostroomError(
    'data/missing',
    'The certificate comes from the setting "tls.certificateFile": who has signed that one has the certificate of its authority. This server has none to hand out.',
  );
}

function dates(pem: string): { readonly sha256: string; readonly validFrom: string; readonly validTo: string } {
  const { fingerprint256, validFrom, validTo } = new X509Certificate(pem);
  return { sha256: fingerprint256, validFrom: new Date(validFrom).toISOString(), validTo: new Date(validTo).toISOString() };
}

function nameOf(pem: string): string {
  return new X509Certificate(pem).subject.replace(/^CN=/, '');
}
