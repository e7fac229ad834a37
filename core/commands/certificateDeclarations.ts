// certificate show|authority: what they take and answer. certificateArea.ts has their handlers.
import type { CommandDeclaration } from '@postroom/sdk';
import { boolean, dateTime, object, string, strings } from './answerSchemas.js';

const validity = { sha256: string('The fingerprint, as clients show it.'), validFrom: dateTime(), validTo: dateTime() };

export const CERTIFICATE_COMMANDS = [
  {
    command: 'certificate.show',
    title: "The server's certificate, its names and fingerprint, and the authority that people can trust",
    reads: true,
    offline: true,
    result: object(
      {
        ...validity,
        names: strings('Host names and IP addresses that it is for.'),
        madeHere: boolean('This server made it; otherwise the settings name its files.'),
      },
      {
        renewed: dateTime('When the server makes the next one.'),
        authority: object({ name: string(), ...validity }, {}, 'What signed it; missing where the settings name the files.'),
        problem: string('Why the certificate that is wanted is not in use, or not good.'),
      },
    ),
  },
  {
    command: 'certificate.authority',
    title: "The authority's certificate (PEM), for mail programs and browsers to trust once",
    reads: true,
    offline: true,
    result: string('PEM.'),
  },
] as const satisfies readonly CommandDeclaration[];
