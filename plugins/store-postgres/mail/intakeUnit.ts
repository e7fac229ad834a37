// A unit on its way into the store, with what follows from it alone.
import type { IntakeResult, IntakeUnit, OutboxDraft, StoredMessage } from '@postroom/sdk/services';
import { type CopyTurns, contentKey, dsnText, type LastPieces, type QueuedEntry, type StagedMessage } from '@postroom/sdk/store';
import type { Column } from '../engine/rowTable.js';
import type { CopyDraft } from './copies.js';

export interface BodyPiece {
  readonly message: number;
  readonly piece: number;
  readonly octets: Uint8Array;
}

export function bodyPieces(message: number, { first, pieces }: LastPieces): readonly BodyPiece[] {
  return pieces.map((octets, index) => ({ message, piece: first + index, octets }));
}

export interface IntakeWork {
  readonly unit: IntakeUnit;
  readonly body: StagedMessage;
  readonly number: number;
  /** What has not gone ahead of the commit. */
  readonly pieces: readonly BodyPiece[];
  readonly copies: readonly CopyDraft[];
  readonly turns: CopyTurns | undefined;
  /** The journal knows the same octets under another UIDL, or under this one. */
  readonly isRenamed: boolean;
}

export interface Stored {
  readonly result: IntakeResult;
  /** What it brought into the Outbox. */
  readonly queued: readonly QueuedEntry[];
}

/** SQL: as seenKeyOf of the SDK; numbers of mailboxes are known to the statement only. */
export const seenKey = (mailbox: string, duplicateKey: string): string =>
  `CASE WHEN ${duplicateKey} IS NOT NULL THEN substring(sha256(convert_to(${mailbox} || ':', 'UTF8') || ${duplicateKey}) FOR 16) END`;

export const COPY_ROW: readonly Column<CopyDraft>[] = [
  ['message_id', 'bigint', ({ message }) => message],
  ['prefix', 'bytea', ({ prefix }) => prefix],
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
  ['dsn', 'text', ({ draft }) => dsnText(draft)],
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
