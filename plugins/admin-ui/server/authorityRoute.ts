// The authority that has signed the server's certificate, for mail programs and browsers to trust once. Public, as what it signs is.
import type { Certificates } from '@postroom/sdk/services';
import type { FastifyInstance } from 'fastify';
import { HttpRefusal } from './problems.js';

/** The address on the client sheets. */
const AUTHORITY_PATH = '/authority.crt';

export function addAuthorityRoute(app: FastifyInstance, certificates: Pick<Certificates, 'authority'>): void {
  app.get(AUTHORITY_PATH, (_request, reply) => {
    const { authority } = certificates;
    if (authority === undefined) {
      throw new HttpRefusal(
        404,
        'data/missing',
        'The certificate of this server is not of its own making: ask who has signed it for the authority.',
      );
    }
    return reply
      .header('cache-control', 'no-cache')
      .header('content-disposition', 'attachment; filename="postroom-authority.crt"')
      .type('application/x-x509-ca-cert')
      .send(authority);
  });
}
