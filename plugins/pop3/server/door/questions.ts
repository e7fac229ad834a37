// What a front in a door asks of the desk on the main thread, and what each tells the other: the words of their line with the shapes of what is said.

import type { Logger } from '@postroom/sdk';
import type { AnsweringLine, AskingLine } from '@postroom/sdk/network';
import type { KeyAndCertificate } from '../front/handshakes.js';
import type { LoginAnswer, Pop3Login, VisitTerms } from '../pop3Desk.js';

/** A connection, by its number in its door. */
export interface OfVisit {
  readonly visit: number;
}

/** What the door asks. */
export interface Pop3Questions {
  readonly admit: { readonly value: OfVisit & { readonly peer: string }; readonly answer: VisitTerms | undefined };
  readonly 'log in': { readonly value: OfVisit & Pop3Login; readonly answer: CrossedLogin };
  /** Unique ids, one a line. */
  readonly ids: { readonly value: OfVisit; readonly answer: ArrayBuffer };
  readonly read: { readonly value: OfVisit & OfMessages; readonly answer: ReadMessages };
  /** A large message: the first part of it. */
  readonly large: { readonly value: OfVisit & { readonly number: number }; readonly answer: MessagePart };
  /** The next part. */
  readonly more: { readonly value: OfVisit; readonly answer: MessagePart };
  readonly remove: { readonly value: OfVisit & OfMessages; readonly answer: undefined };
  readonly close: { readonly value: OfVisit; readonly answer: undefined };
}

/** What the door tells. */
export interface Pop3DoorNews {
  readonly left: OfVisit;
  readonly picked: readonly (OfVisit & OfMessages)[];
  /** No more of the large message is wanted. */
  readonly enough: OfVisit;
  readonly log: { readonly level: 'debug' | 'warn' | 'error' } & LogSentence;
  readonly complaint: { readonly kind: string } & LogSentence;
}

/** What the door is told. */
export interface Pop3DeskNews {
  /** The connection makes room for another one. */
  readonly cut: OfVisit;
  /** Another server has taken the mailbox over: a sentence. */
  readonly lost: OfVisit & { readonly reason: string };
  readonly certificate: KeyAndCertificate;
}

/** The desk as a door asks it, and a door as the desk answers it. */
export type Pop3DeskLine = AskingLine<Pop3Questions, Pop3DoorNews, Pop3DeskNews>;
export type Pop3DoorLine = AnsweringLine<Pop3Questions, Pop3DeskNews, Pop3DoorNews>;

/** `sizes`: octets of each message, as 64-bit floating point numbers. */
export type CrossedLogin =
  | { readonly ok: true; readonly name: string; readonly sizes: ArrayBuffer }
  | Extract<LoginAnswer, { readonly ok: false }>;

export interface OfMessages {
  readonly numbers: readonly number[];
}

/** Messages, one behind the other; those that could not be read are left out. */
export interface ReadMessages extends OfMessages {
  /** Octets of each; -1: it was removed since the login. */
  readonly sizes: readonly number[];
  readonly octets: ArrayBuffer;
}

export interface MessagePart {
  readonly octets: ArrayBuffer;
  readonly last: boolean;
  /** It was removed since the login. */
  readonly missing: boolean;
}

export interface LogSentence {
  readonly sentence: string;
  readonly fields: Parameters<Logger['warn']>[1];
}
