// What the doctor asks: whether the certificate is in use and lasts.
import { X509Certificate } from 'node:crypto';
import { type CheckResult, PostroomError } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import type { ServerCertificates } from './certificates.js';

const DAY_MS = 86_400_000;
/** A certificate that ends sooner is worth a warning. */
const EXPIRY_WARNING_DAYS = 14;
const CHECK = 'certificate';

export function checkCertificate(certificates: ServerCertificates, clock: Clock): CheckResult {
  let cert: string;
  try {
    cert = certificates.pem.cert;
  } catch (error) {
    if (error instanceof PostroomError && error.code === 'data/missing')
      return certificates.problem === undefined ? well(error.message) : problem(certificates.problem);
    throw error;
  }
  const { authority, renewal, names } = certificates;
  const { validFrom, validTo, fingerprint256 } = new X509Certificate(cert);
  const left = new Date(validTo).getTime() - clock.now().getTime();
  const way = authority === undefined ? 'Put a new one in the place of tls.certificateFile.' : 'The server makes a new one when it runs.';
  if (left <= 0) return problem(`The certificate ended on ${validTo}. ${way}`);
  if (new Date(validFrom).getTime() > clock.now().getTime()) {
    return problem(`The certificate begins on ${validFrom}, which the clock says is to come. Look at the clock of this machine. ${way}`);
  }
  if (certificates.problem !== undefined) return problem(certificates.problem);
  if (authority === undefined && left < EXPIRY_WARNING_DAYS * DAY_MS) {
    return { check: CHECK, state: 'warning', text: `The certificate ends on ${validTo}. ${way}` };
  }
  const what = `For ${names.join(', ')}. SHA-256 ${fingerprint256}.`;
  if (authority === undefined || renewal === undefined) return well(`${what} Until ${validTo}.`);
  const trusted = new X509Certificate(authority).fingerprint256;
  return well(
    `${what} Renewed by itself on ${renewal.toISOString().slice(0, 10)}; mail programs that trust the authority do not notice (SHA-256 ${trusted}; to hand it out: postroom certificate authority).`,
  );
}

function well(text: string): CheckResult {
  return { check: CHECK, state: 'well', text };
}

function problem(text: string): CheckResult {
  return { check: CHECK, state: 'problem', text };
}
