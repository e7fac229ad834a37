// Mailboxes as POP3 serves them.
import type { MailboxRef } from '../accounts.js';
import { createServiceId } from './createServiceId.js';

/** Opens mailboxes for POP3. */
export interface Maildrops {
  /** Takes the mailbox's lease and a snapshot of it; `in-use` while another session has it, on whichever server. */
  open(mailbox: MailboxRef): Promise<Maildrop | 'in-use'>;
}
export const Maildrops = createServiceId<Maildrops>('Maildrops');

/** One session's view of a mailbox (RFC 1939). Message numbers are places in `messages` plus one; mail that arrives later is not in it. */
export interface Maildrop {
  readonly messages: MaildropListing;
  /**
   * The octets of messages, in the order of `numbers` (1-based): whole in CRLF form with Postroom's lines on top, not dot-stuffed.
   * Reads ahead several small messages per query, and a large one in pieces of at most 256 KB. `undefined` for a message that is no longer there.
   */
  read(numbers: readonly number[]): AsyncIterable<MaildropPiece>;
  /** Aborted where another server has taken the mailbox over: nothing can be removed any more. The reason is a PostroomError `lease/lost`. */
  readonly lost: AbortSignal;
  /** Removes the messages, durably: resolves after the commit. All or none; rejects with `lease/lost` where another server has taken the mailbox over. */
  remove(numbers: readonly number[]): Promise<void>;
  /** Notes that a client has picked the messages up. Needs no wait. */
  picked(numbers: readonly number[], client: string): void;
  /** Lets go of the mailbox: when this resolves another session can have it. Never rejects. */
  close(): Promise<void>;
}

/** Sizes and ids of a snapshot, in columns: a mailbox may hold 100,000 messages. */
export interface MaildropListing {
  readonly count: number;
  /** Octets in CRLF form, Postroom's lines included. `number` is 1-based. */
  size(number: number): number;
  /** Unique id, 1 to 70 octets of 0x21-0x7E, stable and never re-used. */
  uidl(number: number): string;
}

/** A piece of a message; `last` ends it. `missing`: the message was removed since the snapshot (no octets follow). */
export interface MaildropPiece {
  readonly number: number;
  readonly octets: Uint8Array;
  readonly last: boolean;
  readonly missing?: boolean;
}
