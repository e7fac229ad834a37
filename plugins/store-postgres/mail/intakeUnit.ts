// A unit on its way into the store, with what follows from it alone.
import { createHash } from 'node:crypto';
import type { IntakeResult, IntakeUnit, OutboxDraft, StoredMessage } from '@postroom/sdk/services';
import type { Column } from '../engine/rowTable.js';
import type { QueuedEntry } from '../outbox/outboxTally.js';
import type { CopyDraft } from './copies.js';
import type { BodyPiece, StagedMessage } from './stagedMessage.js';

/** Under which names the copies of one content are noted that reached no new recipient, in the order in which they come. */
export interface Turns {
  /** One more than recipients. */
  readonly keys: readonly Buffer[];
  /** Noted where the copy that reached somebody was none of those that the header accounts for. */
  readonly besideKey: Buffer;
}

export interface IntakeWork {
  readonly unit: IntakeUnit;
  readonly body: StagedMessage;
  readonly number: number;
  /** What has not gone ahead of the commit. */
  readonly pieces: readonly BodyPiece[];
  readonly copies: readonly CopyDraft[];
  readonly turns: Turns | undefined;
  /** The journal knows the same octets under another UIDL, or under this one. */
  readonly isRenamed: boolean;
}

export interface Stored {
  readonly result: IntakeResult;
  /** What it brought into the Outbox. */
  readonly queued: readonly QueuedEntry[];
}

/** Copies of one message that are octet for octet the same come together; what comes later is a message that was read before. */
export const SAME_OCTETS_MS = 86_400_000;
/** A mailbox that took the same content this long ago takes it again. */
export const SEEN_MS = 7 * 86_400_000;

export function turnsOf({ surplus, message, placements }: IntakeUnit): Turns | undefined {
  const duplicateKey = placements[0]?.duplicateKey;
  if (surplus === undefined || duplicateKey === undefined) return undefined;
  const keyOf = (what: string): Buffer =>
    createHash('sha256').update(`${what} of ${message.account}:`).update(duplicateKey).digest().subarray(0, 16);
  const recipients = surplus === 'accounted for' ? -1 : surplus.recipients;
  return { keys: Array.from({ length: recipients + 1 }, (_, turn) => keyOf(`copy ${turn}`)), besideKey: keyOf('beside') };
}

/** First 16 octets of a content hash (hex). */
export function contentKey(contentHash: string): Buffer {
  return Buffer.from(contentHash.slice(0, 32), 'hex');
}

/** SQL: names a content in a mailbox. Numbers of mailboxes are known to the statement only. */
export const seenKey = (mailbox: string, duplicateKey: string): string =>
  `CASE WHEN ${duplicateKey} IS NOT NULL THEN substring(sha256(convert_to(${mailbox} || ':', 'UTF8') || ${duplicateKey}) FOR 16) END`;

export const COPY_ROW: readonly Column<CopyDraft>[] = [
  ['message_id', 'bigint', ({ message }) => message],
  ['prefix', 'bytea', ({ draft }) => draft.prefix],
  ['duplicate_key', 'bytea', ({ draft }) => draft.duplicateKey ?? null],
  ['concealed', 'text', ({ concealed }) => concealed],
  ['size', 'bigint', ({ size }) => size],
  ['tag', 'bigint', ({ tag }) => tag],
];

export const PIECE_ROW: readonly Column<BodyPiece>[] = [
  ['message_id', 'bigint', ({ message }) => message],
  ['piece', 'integer', ({ piece }) => piece],
  ['octets', 'bytea', ({ octets }) => octets],
];

export const OUTBOX_ROW: readonly Column<{ readonly message: number; readonly draft: OutboxDraft }>[] = [
  ['message_id', 'bigint', ({ message }) => message],
  ['account', 'text', ({ draft }) => draft.account],
  ['sender', 'text', ({ draft }) => draft.from],
  ['recipient', 'text', ({ draft }) => draft.recipient],
  ['prefix', 'bytea', ({ draft }) => draft.prefix],
  ['dsn', 'text', ({ draft: { ret, envid, notify, orcpt } }) => JSON.stringify({ ret, envid, notify, orcpt })],
];

export interface JournalRow {
  readonly number: number;
  readonly message: StoredMessage;
  readonly journal: NonNullable<IntakeUnit['journal']>;
}

export const JOURNAL_ROW: readonly Column<JournalRow>[] = [
  ['message_id', 'bigint', ({ number }) => number],
  ['account', 'text', ({ journal }) => journal.account],
  ['uidl', 'text', ({ journal }) => journal.uidl],
  ['listed_size', 'bigint', ({ journal }) => journal.listedSize],
  ['content_key', 'bytea', ({ message }) => contentKey(message.contentHash)],
  ['header_print', 'text', ({ journal }) => journal.headerPrint ?? null],
];

/** SQL: nothing of an entry's past counts once its message is stored. */
export const REPLACING_ENTRY = `ON CONFLICT (account, uidl) DO UPDATE SET state = excluded.state, listed_size = excluded.listed_size, since = excluded.since,
  attempts = 0, failures = 0, unlisted_since = NULL, content_key = excluded.content_key, header_print = excluded.header_print, notice = NULL, ordered = NULL`;
