// Rows as the records in which everything moves to another store, for tables whose columns are the same in every engine.
import type { JournalEntry, WaitingOrder } from '../fetching.js';
import type { WaitingNotice } from '../services/store/journal.js';
import type { CopyRecord, JournalRecord, RevisionRecord, SeenRecord, ValueRecord } from '../services/store/transferRecords.js';
import { concealedEdits } from './copyColumns.js';
import { dateOf } from './traces.js';

/** A copy, or the trace of one that was removed. */
export interface PlacedColumns {
  readonly id: number;
  readonly mailbox_id: number;
  readonly message_id: number;
  readonly prefix: Uint8Array | null;
  readonly concealed: string | null;
  readonly size: number;
  readonly tag: number;
  readonly seen_key: Uint8Array | null;
  readonly placed_at: number;
  readonly picked_up_at: number | null;
  readonly client: string | null;
  readonly removed_at: number | null;
}

export function copyRecord(row: PlacedColumns): CopyRecord {
  return {
    kind: 'copy',
    number: row.id,
    mailbox: row.mailbox_id,
    message: row.message_id,
    prefix: row.prefix ?? undefined,
    concealed: concealedEdits(row.concealed),
    size: row.size,
    tag: row.tag,
    seenKey: row.seen_key ?? undefined,
    placedAt: new Date(row.placed_at),
    pickedUpAt: dateOf(row.picked_up_at),
    client: row.client ?? undefined,
    removedAt: dateOf(row.removed_at),
  };
}

export interface SeenColumns {
  readonly key: Uint8Array;
  readonly at: number;
  readonly message_id: number;
}

export function seenRecord({ key, at, message_id: message }: SeenColumns): SeenRecord {
  return { kind: 'seen', key, at: new Date(at), message };
}

export interface JournalColumns {
  readonly account: string;
  readonly uidl: string;
  readonly state: JournalEntry['state'];
  readonly listed_size: number;
  readonly since: number;
  readonly attempts: number;
  readonly failures: number;
  readonly unlisted_since: number | null;
  readonly content_key: Uint8Array | null;
  readonly header_print: string | null;
  readonly notice: string | null;
  readonly ordered: WaitingOrder | null;
}

export function journalRecord(row: JournalColumns): JournalRecord {
  return {
    kind: 'journal',
    account: row.account,
    uidl: row.uidl,
    state: row.state,
    listedSize: row.listed_size,
    since: new Date(row.since),
    attempts: row.attempts,
    failures: row.failures,
    unlistedSince: dateOf(row.unlisted_since),
    contentKey: row.content_key ?? undefined,
    headerPrint: row.header_print ?? undefined,
    notice: row.notice === null ? undefined : (JSON.parse(row.notice) as WaitingNotice),
    order: row.ordered ?? undefined,
  };
}

export interface ValueColumns {
  readonly plugin: string;
  readonly key: string;
  readonly value: string;
  readonly expires_at: number | null;
}

export function valueRecord({ plugin, key, value, expires_at }: ValueColumns): ValueRecord {
  return { kind: 'value', plugin, key, value: JSON.parse(value) as unknown, expires: dateOf(expires_at) };
}

export interface RevisionColumns {
  readonly id: number;
  readonly at: number;
  readonly author: string;
  readonly text: string;
}

export function revisionRecord({ id, at, author, text }: RevisionColumns): RevisionRecord {
  return { kind: 'revision', revision: { id, at: new Date(at), author, text } };
}
