// What a front of the POP3 server asks: who may come in, whose mailbox it is, what is in it. It is decided on the main thread, wherever the front speaks.
import type { BoundedLog, Logger, MaybePromise } from '@postroom/sdk';
import type { MaildropPiece } from '@postroom/sdk/services';
import type { SystemCode } from './systemCode.js';

export interface Pop3Desk {
  readonly log: Pick<Logger, 'debug' | 'warn' | 'error'>;
  /** What clients do wrong. */
  readonly complaints: Pick<BoundedLog, 'warn'>;
  /** `undefined` for a connection that is not let in. `peer`: its remote IP address; `cut` ends it where it has to make room for another one. */
  admit(peer: string, cut: () => void): MaybePromise<Visit | undefined>;
}

/** One connection, as the desk sees it. */
export interface Visit {
  readonly terms: VisitTerms;
  /** Checks the login, and opens the mailbox. One at a time. */
  logIn(login: Pop3Login): Promise<LoginAnswer>;
  /** The connection is closed. What it has open is let go of by `OpenMaildrop.close`. More than once at times. */
  left(): void;
}

/** What a connection has to keep to: as the settings were when it came. */
export interface VisitTerms {
  readonly badCommands: number;
  /** Milliseconds from the connection to a good login. */
  readonly loginMs: number;
  /** Milliseconds without a command, or without progress of an answer. */
  readonly idleMs: number;
  /** The client's network may log in without TLS. */
  readonly trustsPlaintext: boolean;
}

export interface Pop3Login {
  readonly name: string;
  readonly password: string;
}

/** `wait`: too many failures, not even looked at; `left`: the connection was closed meanwhile, and nothing is open; `failed`: the mailbox could not be opened. */
export type LoginAnswer =
  | { readonly ok: true; readonly maildrop: OpenMaildrop }
  | { readonly ok: false; readonly reason: 'wrong' | 'wait' | 'in-use' | 'left' }
  | { readonly ok: false; readonly reason: 'failed'; readonly code: SystemCode };

/** A session's hold on a mailbox, and its view of it: see Maildrop. */
export interface OpenMaildrop {
  /** For people. */
  readonly name: string;
  readonly count: number;
  size(number: number): number;
  /** Many sessions never ask for them. */
  uniqueIds(): MaybePromise<UniqueIds>;
  /** The octets of messages, in the order of `numbers`. Where a later one than the first fails it may simply end. */
  read(numbers: readonly number[]): AsyncIterable<MaildropPiece>;
  /** Aborted where another server has taken the mailbox over: nothing can be removed any more. */
  readonly lost: AbortSignal;
  /** Removes the messages, durably: all or none. */
  remove(numbers: readonly number[]): Promise<void>;
  /** Notes that the client has picked the messages up. */
  picked(numbers: readonly number[]): void;
  /** Lets go of the mailbox: when this resolves another session can have it, on whichever server. Never rejects. */
  close(): Promise<void>;
}

/** The unique id of a message. */
export type UniqueIds = (number: number) => string;
