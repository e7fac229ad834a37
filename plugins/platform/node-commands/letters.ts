// What servers on one store write to each other: where it lies, and what is in it. Pure.
import { randomBytes } from 'node:crypto';
import { type ErrorCode, PostroomError, sentenceOf } from '@postroom/sdk';
import type { StoreServer } from '@postroom/sdk/services';

export const ASKED = 'asked/';
export const ANSWERED = 'answered/';
/** How long a request is good for, by the store's clock. */
const GOOD_MS = 60_000;

/** A command for another server. Its place says for which, and from which: by the numbers that the store gives once. */
export interface NodeRequest {
  readonly command: string;
  readonly args: unknown;
  readonly author: string;
  /** By the store's clock, in milliseconds. */
  readonly until: number;
}

export type NodeAnswer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: ErrorCode | undefined; readonly message: string; readonly fields?: PostroomError['fields'] } };

/** What the other server writes, not sealed, where it cannot open a request. */
export const UNOPENED = 'unopened';

/** `asked/TO/FROM-RANDOM` */
export function newRequestName(to: number, from: number): string {
  return `${ASKED}${to}/${from}-${randomBytes(12).toString('hex')}`;
}

/** `answered/FROM/RANDOM`; `undefined` for a name that no request has. */
export function answerName(request: string): string | undefined {
  const [, from, random] = /^asked\/\d+\/(\d+)-([0-9a-f]+)$/.exec(request) ?? [];
  return from === undefined || random === undefined ? undefined : `${ANSWERED}${from}/${random}`;
}

/** The server that a document is for, and the one that a request is from. */
export function partiesOf(name: string): { readonly to: number; readonly from: number | undefined } | undefined {
  const [, to, from] = /^(?:asked|answered)\/(\d+)\/(?:(\d+)-)?[0-9a-f]+$/.exec(name) ?? [];
  return to === undefined ? undefined : { to: Number(to), from: from === undefined ? undefined : Number(from) };
}

/** The latest moment of which the store has said that it is over. */
export function storeTime(servers: readonly StoreServer[]): number {
  return Math.max(...servers.map(({ heardAt }) => heardAt.getTime()));
}

export function requestOf(command: string, args: unknown, author: string, servers: readonly StoreServer[]): NodeRequest {
  return { command, args, author, until: storeTime(servers) + GOOD_MS };
}

export function answerOf(error: unknown): NodeAnswer {
  const { code, fields } = error instanceof PostroomError ? error : {};
  return { error: { code, message: sentenceOf(error), ...(fields && { fields }) } };
}

/** Answers the result, or throws what the command was refused with. */
export function resultIn(answer: NodeAnswer): unknown {
  if ('result' in answer) return answer.result;
  const { code, message, fields } = answer.error;
  throw code === undefined ? new Error(message) : new PostroomError(code, message, fields);
}
