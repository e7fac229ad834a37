// certificate: what mail programs are shown, and what people can trust once instead of being asked.
import { X509Certificate } from 'node:crypto';
import { PostroomError } from '@postroom/sdk';
import { inject } from 'inversify';
import { ServerCertificates } from '../platform/certificates/certificates.js';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { CERTIFICATE_COMMANDS } from './certificateDeclarations.js';

export class CertificateArea implements CommandArea {
  constructor(@inject(ServerCertificates) private readonly certificates: ServerCertificates) {}

  readonly handlers: HandlersOf<typeof CERTIFICATE_COMMANDS> = {
    'certificate.show': handler(() => {
      const { pem, authority, renewal, names, problem } = this.certificates;
      return {
        ...dates(pem.cert),
        renewed: renewal?.toISOString(),
        names,
        madeHere: authority !== undefined,
        authority: authority === undefined ? undefined : { name: nameOf(authority), ...dates(authority) },
        problem,
      };
    }),
    'certificate.authority': handler(() => {
      const { authority } = this.certificates;
      if (authority === undefined) {
        throw new PostroomError(
          'data/missing',
          'The certificate comes from the setting "tls.certificateFile": who has signed that one has the certificate of its authority. This server has none to hand out.',
        );
      }
      return authority.trimEnd();
    }),
  };
}

function dates(pem: string): { readonly sha256: string; readonly validFrom: string; readonly validTo: string } {
  const { fingerprint256, validFrom, validTo } = new X509Certificate(pem);
  return { sha256: fingerprint256, validFrom: new Date(validFrom).toISOString(), validTo: new Date(validTo).toISOString() };
}

function nameOf(pem: string): string {
  return new X509Certificate(pem).subject.replace(/^CN=/, '');
}
