// Errors as the API answers them: `{ "error": { "code", "message" } }` with a fitting HTTP status.
import { type ErrorCode, PostroomError, sentenceOf } from '@postroom/sdk';
import type { FastifyError, FastifyReply } from 'fastify';

export interface ApiProblem {
  readonly code: string;
  /** A sentence: what happened, to what, what to do. */
  readonly message: string;
}

/** A refusal that no command made: no login, no right, a foreign page. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  'command/unknown': 404,
  'command/arguments': 400,
  'command/not-running': 409,
  'licence/denied': 409,
  'mail/not-found': 404,
  'plugin/unknown': 404,
  'settings/conflict': 412,
  'settings/invalid': 422,
  'settings/unknown-key': 422,
  'store/full': 507,
  'user/unknown': 404,
};

/** The body and the status for anything that was thrown. What is not meant for people is not shown to them. */
export function problemOf(error: unknown): { readonly status: number; readonly problem: ApiProblem; readonly unexpected: boolean } {
  if (error instanceof PostroomError) {
    return { status: STATUS[error.code] ?? 500, problem: { code: error.code, message: error.message }, unexpected: false };
  }
  if (error instanceof Refusal) {
    return { status: error.status, problem: { code: error.code, message: error.message }, unexpected: false };
  }
  const status = (error as FastifyError).statusCode ?? 500;
  if (status < 500) {
    const tooMany = status === 429 ? 'Too many tries from this address. Wait a minute and try again.' : undefined;
    return { status, problem: { code: `http/${status}`, message: tooMany ?? sentenceOf(error) }, unexpected: false };
  }
  const message = 'The manager failed at this. The program log says more; nothing else is affected.';
  return { status: 500, problem: { code: 'plugin/failed', message }, unexpected: true };
}

export function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, problem } = problemOf(error);
  return reply.code(status).header('cache-control', 'no-store').send({ error: problem });
}
