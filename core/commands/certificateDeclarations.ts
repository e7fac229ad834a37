// certificate show|authority: what they take. certificateArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';

export const CERTIFICATE_COMMANDS = [
  {
    command: 'certificate.show',
    title: "The server's certificate, its names and fingerprint, and the authority that people can trust",
    reads: true,
    offline: true,
  },
  {
    command: 'certificate.authority',
    title: "The authority's certificate (PEM), for mail programs and browsers to trust once",
    reads: true,
    offline: true,
  },
] as const satisfies readonly CommandDeclaration[];
