// Bodies of requests: JSON that is looked at before it is parsed, and files as octets, which only commands that take one may get.
import type { Readable } from 'node:stream';
import { jsonShapeProblem } from '@postroom/sdk';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MANAGER_LIMITS } from './managerLimits.js';
import { HttpRefusal } from './problems.js';

export const OCTETS = 'application/octet-stream';

/** Leaves no other kinds of bodies but these two. */
export function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: MANAGER_LIMITS.json }, (request, body, done) => {
    const octets = body as Buffer;
    const problem = jsonShapeProblem(octets, MANAGER_LIMITS.shape);
    if (problem !== undefined) return done(new HttpRefusal(413, 'http/413', `The body of the request ${problem}. Nothing was done.`));
    return parseJson(request, octets.toString('utf8'), done);
  });
  app.addContentTypeParser(OCTETS, (request: FastifyRequest, payload: Readable) => readFile(request, payload));
}

export function isFile(request: FastifyRequest): boolean {
  return request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() === OCTETS;
}

/** How large a file is going to be. Throws a Refusal where it does not say so, or is too large. */
export function fileLength(request: FastifyRequest): number {
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  if (!Number.isSafeInteger(length) || request.headers['content-encoding'] !== undefined) {
    throw new HttpRefusal(411, 'http/411', 'A file is sent as it is, with its length (Content-Length). Nothing was done.');
  }
  if (length <= MANAGER_LIMITS.file) return length;
  throw new HttpRefusal(413, 'http/413', `The file has ${length} octets, and at most ${MANAGER_LIMITS.file} are taken. Nothing was done.`);
}

/** Into one piece of memory of the right size. */
async function readFile(request: FastifyRequest, payload: Readable): Promise<Buffer> {
  const octets = Buffer.allocUnsafe(fileLength(request));
  let length = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    if (length + chunk.length > octets.length) break;
    octets.set(chunk, length);
    length += chunk.length;
  }
  if (length === octets.length) return octets;
  throw new HttpRefusal(400, 'http/400', 'The file is not as long as the request says. Nothing was done.');
}
