// What a store hands over when everything in it moves to another store: one record a thing, in the terms of the contracts, whichever engine has it.
import type { MailboxRef } from '../../accounts.js';
import type { CopyEdit } from '../../base/copyEdits.js';
import type { JournalEntry, WaitingOrder } from '../../fetching.js';
import type { Activity } from './activityLog.js';
import type { WaitingNotice } from './journal.js';
import type { StoredMessage } from './mailStore.js';
import type { OutboxEntry, OutboxState } from './outbox.js';
import type { SettingsRevision } from './revisions.js';

/** A mailbox. Its number stays: what it took within the last days is named by it (`seenKey`). */
export interface MailboxRecord {
  readonly kind: 'mailbox';
  readonly number: number;
  readonly mailbox: MailboxRef;
  readonly lastPickedUp: Date | undefined;
  readonly lastClient: string | undefined;
}

/** A message, or the trace of one that is gone. Its number stands in Received lines, in the log and in links. */
export interface MessageRecord {
  readonly kind: 'message';
  readonly message: StoredMessage;
  /** Since when its octets are gone; the trace stays as long as the log does. */
  readonly goneAt: Date | undefined;
}

/** Octets of the message whose record came last: in order, 256 KB each, the last piece what is left. Of one that is gone, or is empty, there are none. */
export interface OctetsRecord {
  readonly kind: 'octets';
  readonly octets: Uint8Array;
}

/** A copy in a mailbox, or the trace of one that was removed. */
export interface CopyRecord {
  readonly kind: 'copy';
  /** With `tag` it makes the UIDL. */
  readonly number: number;
  /** Number of the mailbox. */
  readonly mailbox: number;
  /** Number of the message. */
  readonly message: number;
  /** Lines that stand on top of it; none where it was removed. */
  readonly prefix: Uint8Array | undefined;
  readonly concealed: readonly CopyEdit[];
  /** Octets as POP3 serves them. */
  readonly size: number;
  /** First four octets of the content's SHA-256, as a number. */
  readonly tag: number;
  /** Names this content in this mailbox: `SeenRecord.key`. */
  readonly seenKey: Uint8Array | undefined;
  readonly placedAt: Date;
  readonly pickedUpAt: Date | undefined;
  readonly client: string | undefined;
  readonly removedAt: Date | undefined;
}

/** A content that a mailbox took within the last days: it takes the same one not again. */
export interface SeenRecord {
  readonly kind: 'seen';
  /** First 16 octets of SHA-256 over the mailbox's number, a colon and `PlacementDraft.duplicateKey`. */
  readonly key: Uint8Array;
  readonly at: Date;
  /** Number of the message. */
  readonly message: number;
}

/** A recipient in the Outbox, as no server sends it: a try that is under way when all servers are stopped is none. */
export interface EntryRecord extends Omit<OutboxEntry, 'state' | 'lease' | 'inDoubt' | 'doubts'> {
  readonly kind: 'entry';
  readonly state: Exclude<OutboxState, 'sending'>;
  /** The ISP may have the message: `Outbox.recover` answers it, and no other sender takes it before. */
  readonly inDoubt: boolean;
  readonly doubts: number;
}

/** A message at an ISP. */
export interface JournalRecord extends Pick<JournalEntry, 'uidl' | 'state' | 'listedSize' | 'since' | 'attempts' | 'failures'> {
  readonly kind: 'journal';
  readonly account: string;
  /** Since when the ISP does not list it. */
  readonly unlistedSince: Date | undefined;
  /** First 16 octets of the SHA-256 of the stored message. */
  readonly contentKey: Uint8Array | undefined;
  readonly headerPrint: string | undefined;
  readonly notice: WaitingNotice | undefined;
  readonly order: WaitingOrder | undefined;
}

/** Where the store's clock stood when a round noted it last; none before the first round. */
export interface ClockRecord {
  readonly kind: 'clock';
  readonly at: Date;
}

/** An entry of the log. */
export interface LogRecord {
  readonly kind: 'log';
  readonly entry: Activity;
  /** Local calendar day of the server that wrote it, `2026-11-23`. */
  readonly day: string;
}

/** What a plugin keeps under a key. */
export interface ValueRecord {
  readonly kind: 'value';
  readonly plugin: string;
  readonly key: string;
  /** Plain JSON. */
  readonly value: unknown;
  readonly expires: Date | undefined;
}

/** A version of the settings. */
export interface RevisionRecord {
  readonly kind: 'revision';
  readonly revision: SettingsRevision;
}

/** A document. Its version is the store's own to give. */
export interface DocumentRecord {
  readonly kind: 'document';
  readonly name: string;
  readonly octets: Uint8Array;
}

/** The highest numbers that were ever given, not only those that are there: all that are given from now on are above them. 0 where none was. */
export interface NumbersRecord {
  readonly kind: 'numbers';
  readonly mailbox: number;
  readonly message: number;
  readonly copy: number;
  readonly entry: number;
  readonly log: number;
  readonly revision: number;
  /** Of servers, leases and tries. */
  readonly token: number;
}

/**
 * In this order: mailboxes, messages, each with its octets behind it, copies, what was seen, entries, the journal, the clock, the log, values, revisions,
 * documents, and the numbers, which are there always. Those of a kind in the order of their numbers; others by the octets of their keys.
 */
export type TransferRecord =
  | MailboxRecord
  | MessageRecord
  | OctetsRecord
  | CopyRecord
  | SeenRecord
  | EntryRecord
  | JournalRecord
  | ClockRecord
  | LogRecord
  | ValueRecord
  | RevisionRecord
  | DocumentRecord
  | NumbersRecord;
