// What a front in a door asks of the desk on the main thread, and what it is told: the words of their line with the shapes of what is said.

import type { MailboxRef } from '@postroom/sdk';
import type { AnsweringLine, AskingLine } from '@postroom/sdk/network';
import { Refusal } from '../replies.js';
import type { PasswordLogin, Sender, SubmittedEnvelope } from '../submissionDesk.js';

/** A connection, by its number in its door. */
export interface OfClient {
  readonly client: number;
}

/** What the door asks. */
export interface DeskQuestions {
  readonly admit: { readonly value: OfClient & { readonly address: string }; readonly answer: boolean };
  readonly login: { readonly value: OfClient & { readonly login: PasswordLogin }; readonly answer: DeskAnswer<MailboxRef> };
  readonly mail: { readonly value: OfClient & { readonly sender: Sender; readonly secure: boolean }; readonly answer: DeskAnswer<void> };
  readonly recipient: { readonly value: OfClient & { readonly address: string }; readonly answer: DeskAnswer<void> };
  /** A message with all its octets. */
  readonly message: {
    readonly value: OfClient & { readonly envelope: SubmittedEnvelope; readonly octets: ArrayBuffer };
    readonly answer: DeskAnswer<string>;
  };
  /** A message whose octets follow as pieces. Answered after its last one, or where no more are wanted. */
  readonly 'long message': {
    readonly value: OfClient & OfMessage & { readonly envelope: SubmittedEnvelope };
    readonly answer: DeskAnswer<string>;
  };
  /** Answered when it has been taken: whether more are wanted. */
  readonly piece: { readonly value: OfMessage & { readonly octets: ArrayBuffer }; readonly answer: boolean };
}

/** A long message, by its number in its door. */
export interface OfMessage {
  readonly message: number;
}

/** What the door tells. */
export interface DeskNews {
  readonly begin: OfClient & { readonly peer: string };
  readonly known: OfClient;
  readonly complain: OfClient & { readonly kind: string; readonly sentence: string };
  readonly leave: OfClient & { readonly user: MailboxRef | undefined };
  /** A long message is complete, or with a failure it never will be. */
  readonly end: OfMessage & { readonly failure?: Failure };
  readonly log: {
    readonly level: 'warn' | 'debug';
    readonly sentence: string;
    readonly fields: Readonly<Record<string, unknown>> | undefined;
  };
}

/** What the door is told. */
export interface FrontNews {
  readonly 'make room': OfClient;
  readonly certificate: { readonly key: string; readonly cert: string };
  readonly name: string;
}

/** The desk as a door asks it, and a door as the desk answers it. */
export type SubmissionDeskLine = AskingLine<DeskQuestions, DeskNews, FrontNews>;
export type SubmissionDoorLine = AnsweringLine<DeskQuestions, FrontNews, DeskNews>;

/** A refusal is a value on the line: what is thrown there is an error. */
export type DeskAnswer<Value> = { readonly value: Value } | { readonly refusal: RefusalParts };

interface RefusalParts {
  readonly code: number;
  readonly status: string;
  readonly sentence: string;
}

/** Why a message does not come to its end: a refusal, or a sentence. */
export type Failure = { readonly refusal: RefusalParts } | { readonly reason: string };

/** What `ask` comes to, as it crosses. */
export async function crossingAnswer<Value>(ask: () => Value | Promise<Value>): Promise<DeskAnswer<Value>> {
  try {
    return { value: await ask() };
  } catch (error) {
    if (error instanceof Refusal) return { refusal: partsOf(error) };
    throw error;
  }
}

/** Throws the Refusal that it may be. */
export function crossedAnswer<Value>(answer: DeskAnswer<Value>): Value {
  if ('refusal' in answer) throw refusalFrom(answer.refusal);
  return answer.value;
}

export function crossingFailure(error: unknown): Failure {
  return error instanceof Refusal ? { refusal: partsOf(error) } : { reason: error instanceof Error ? error.message : String(error) };
}

export function crossedFailure(failure: Failure): Error {
  return 'refusal' in failure ? refusalFrom(failure.refusal) : new Error(failure.reason);
}

function partsOf({ responseCode, status, sentence }: Refusal): RefusalParts {
  return { code: responseCode, status, sentence };
}

function refusalFrom({ code, status, sentence }: RefusalParts): Refusal {
  return new Refusal(code, status, sentence);
}
