// What crosses the line between a collection on the main thread and its session in a door. Passwords cross in memory, with the account, and nowhere else.
import { type ErrorCode, PostroomError, sentenceOf } from '@postroom/sdk';
import type { IspAccount } from '../ispAccount.js';
import type { IspCapabilities } from '../ispCapabilities.js';
import type { Way } from '../login/waysToLogIn.js';
import { OutOfStep } from '../outOfStep.js';
import type { AskedMessage, MailboxSession, ReadingWay } from '../session/mailboxSession.js';
import { SessionAbandoned } from '../session/sessionAbandoned.js';

/** Of every word: which of the line's sessions it is about. */
export interface OfSession {
  readonly session: number;
}

/** Question `open`. */
export interface OpenSession extends OfSession {
  readonly account: IspAccount;
  /** By which the account was let in last. */
  readonly way: Way | undefined;
}

/** The answer to `open`. */
export interface OpenedSession {
  readonly capabilities: IspCapabilities;
  /** By which it was let in now. */
  readonly way: Way | undefined;
}

/** Calls that are passed on as they are. */
export type PlainCall = keyof Pick<MailboxSession, 'stat' | 'list' | 'fingerprints' | 'header' | 'prints' | 'remove' | 'quit'>;

/** Question `call`. */
export interface CallSession extends OfSession {
  readonly call: PlainCall;
  readonly args: readonly unknown[];
}

/** Question `read`: what is read comes as `batch` and `stream` before its answer. */
export interface ReadSession extends OfSession {
  readonly messages: readonly AskedMessage[];
  readonly way: ReadingWay;
}

/** A call of MessageSink; octets are a part of the batch's. */
export type ReadEvent =
  | readonly ['whole', at: number, from: number, to: number, print: string | undefined]
  | readonly ['failed', at: number, sentence: string]
  | readonly ['doubtful' | 'lost', at: number];

/** Word `batch`, from the door. */
export interface ReadBatch extends OfSession {
  readonly events: readonly ReadEvent[];
  readonly octets: ArrayBuffer;
}

/** Word `taken`, to the door: so many octets of batches have gone on to intake. */
export interface TakenOctets extends OfSession {
  readonly octets: number;
}

/** Question `stream`, from the door: a message that comes piece by piece. Answered when intake is done with it. */
export interface BeginStream extends OfSession {
  readonly at: number;
  readonly print: string | undefined;
}

/** Question `piece`, from the door: answered with whether more is wanted, when intake asks for more. Without octets: the message has ended, well or not. */
export interface StreamPiece extends OfSession {
  readonly octets?: ArrayBuffer;
  readonly hasFailed?: boolean;
}

/** The answer to `open`, `call` and `read`. */
export interface SessionReply<T> {
  readonly value?: T;
  readonly failure?: SessionFailure;
  readonly hasLostPipeline: boolean;
  readonly isClosed: boolean;
}

export interface SessionFailure {
  readonly kind: 'out of step' | 'abandoned' | 'error';
  readonly code: ErrorCode;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** An error as it crosses: its class matters to the round, its cause does not. */
export function sessionFailure(error: unknown): SessionFailure {
  const kind = error instanceof OutOfStep ? 'out of step' : error instanceof SessionAbandoned ? 'abandoned' : 'error';
  const { code, fields } = error instanceof PostroomError ? error : { code: 'isp/unreachable' as const, fields: {} };
  return { kind, code, message: sentenceOf(error), fields };
}

export function failureOfSession({ kind, code, message, fields }: SessionFailure): Error {
  if (kind === 'abandoned') return new SessionAbandoned();
  return kind === 'out of step' ? new OutOfStep(message) : new PostroomError(code, message, fields);
}
