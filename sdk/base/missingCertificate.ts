// Ports with TLS where the server has no certificate yet, as one has of several that share a store until it can open the key.
import type { PortSecurity } from '../context.js';
import { PostroomError } from '../errors.js';
import type { Certificates } from '../services/running.js';

/** Why a port of that kind stays closed, a sentence; `undefined` where there is a certificate, and for a port without TLS. */
export function missingCertificate(certificates: Pick<Certificates, 'current'>, security: PortSecurity): string | undefined {
  if (security === 'plain') return undefined;
  try {
    certificates.current();
    return undefined;
  } catch (error) {
    if (error instanceof PostroomError && error.code === 'data/missing') return error.message;
    throw error;
  }
}
