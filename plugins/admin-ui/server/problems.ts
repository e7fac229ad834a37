// Errors as the API answers them: `{ "error": { "code", "message" } }` with a fitting HTTP status.
import { type ErrorCode, PostroomError, sentenceOf } from '@postroom/sdk';
import type { FastifyError, FastifyReply } from 'fastify';

export interface ApiProblem {
  readonly code: string;
  /** A sentence: what happened, to what, what to do. */
  readonly message: string;
}

/** A refusal that no command made: no login, no right, a foreign page. */
export class HttpRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** 500 is for unexpected errors: what was refused, or what an ISP or a plugin did, has its own status (RFC 9110 section 15). */
export const STATUS: Readonly<Record<ErrorCode, number>> = {
  'backup/damaged': 422,
  'command/unknown': 404,
  'command/arguments': 400,
  'command/not-allowed': 403,
  'command/not-active': 409,
  'command/not-running': 409,
  'data/missing': 404,
  'data/locked': 409,
  'data/not-writable': 500,
  'data/unfinished': 409,
  'data/moved': 409,
  'data/newer': 409,
  'data/corrupt': 500,
  'door/closed': 503,
  'file/not-writable': 422,
  'isp/unreachable': 502,
  'isp/timeout': 504,
  'isp/protocol': 502,
  'isp/tls': 502,
  'isp/login-refused': 502,
  'isp/no-login': 502,
  'isp/in-use': 502,
  'isp/temporary': 502,
  'isp/permanent': 502,
  'isp/message': 502,
  'isp/no-password': 409,
  'lease/lost': 409,
  'licence/denied': 409,
  'mail/unreadable': 422,
  'mail/not-found': 404,
  'mail/refused': 422,
  'plugin/undeclared-tap': 502,
  'plugin/undeclared-service': 502,
  'plugin/no-provider': 502,
  'plugin/isolated': 502,
  'plugin/not-allowed': 403,
  'plugin/package': 422,
  'plugin/conflict': 409,
  'plugin/failed': 502,
  'plugin/timeout': 504,
  'plugin/bad-answer': 502,
  'plugin/manifest': 422,
  'plugin/unknown': 404,
  'plugin/unfenced': 422,
  'secrets/unreadable': 500,
  'settings/invalid': 422,
  'settings/unknown-key': 422,
  'settings/conflict': 412,
  'store/not-empty': 409,
  'store/full': 507,
  'store/failed': 500,
  'store/unknown': 503,
  'store/unreachable': 503,
  'store/unfit': 503,
  'user/unknown': 404,
};

/** Of what the library refuses before any command: its own words are for programmers. */
const SENTENCES: Readonly<Record<number, string>> = {
  413: 'The body of the request is too large. Send a file as application/octet-stream; /api/openapi.json says how. Nothing was done.',
  415: 'A body is application/json, or application/octet-stream where a command takes a file. Nothing was done.',
  429: 'Too many tries from this address. Wait a minute and try again.',
};

/** The body and the status for anything that was thrown. What is not meant for people is not shown to them. */
export function problemOf(error: unknown): { readonly status: number; readonly problem: ApiProblem; readonly unexpected: boolean } {
  if (error instanceof PostroomError) {
    return { status: STATUS[error.code], problem: { code: error.code, message: error.message }, unexpected: false };
  }
  if (error instanceof HttpRefusal) {
    return { status: error.status, problem: { code: error.code, message: error.message }, unexpected: false };
  }
  const status = (error as FastifyError).statusCode ?? 500;
  if (status < 500) {
    return { status, problem: { code: `http/${status}`, message: SENTENCES[status] ?? sentenceOf(error) }, unexpected: false };
  }
  const message = 'The manager failed at this. The program log says more; nothing else is affected.';
  return { status: 500, problem: { code: 'plugin/failed', message }, unexpected: true };
}

export function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, problem } = problemOf(error);
  return reply.code(status).header('cache-control', 'no-store').send({ error: problem });
}
