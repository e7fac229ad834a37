// What the database holds as records that any store takes.
import type { EntryRecord, LogRecord, MailboxRecord, OutboxState, TransferRecord } from '@postroom/sdk/services';
import {
  type ActivityColumns,
  activityOf,
  copyRecord,
  dateOf,
  entryRecord,
  type JournalColumns,
  journalRecord,
  mailboxRef,
  type OutboxColumns,
  octetsPassed,
  PAGE,
  type PlacedColumns,
  paged,
  type RevisionColumns,
  revisionRecord,
  type SeenColumns,
  seenRecord,
  storedMessage,
  type ValueColumns,
  valueRecord,
} from '@postroom/sdk/store';
import type { Connection, SqlValue } from '../engine/connection.js';
import { MESSAGE_COLUMNS, type MessageRow } from '../engine/tables.js';
import { chunkId } from '../mail/chunks.js';
import { VOID } from '../mail/outcomeWrite.js';
import { readNumbers } from './numbers.js';

/** All but documents and numbers, of the moment that the connection sees. */
export async function* readRecords(reads: Connection, octets: boolean): AsyncGenerator<TransferRecord> {
  for await (const row of byNumber<MailboxRow>(reads, 'mailbox')) yield mailboxOf(row);
  for await (const row of byNumber<MessageRow>(reads, 'message', `SELECT ${MESSAGE_COLUMNS}, gone_at FROM message`)) {
    if (row.disposition === VOID) continue;
    yield { kind: 'message', message: storedMessage(row), goneAt: dateOf(row.gone_at) };
    if (octets && row.gone_at === null) yield* octetsOf(reads, row.id);
  }
  for await (const row of byNumber<PlacedColumns>(reads, 'placement')) yield copyRecord(row);
  for await (const row of byKey<SeenColumns>(reads, 'seen', ['key'])) yield seenRecord(row);
  for await (const row of byNumber<OutboxColumns & { readonly state: OutboxState }>(reads, 'outbox')) yield entryOf(row);
  for await (const row of byKey<JournalColumns>(reads, 'journal', ['account', 'uidl'])) yield journalRecord(row);
  const clock = await reads.get<{ at: number }>('SELECT at FROM clock');
  if (clock !== undefined) yield { kind: 'clock', at: new Date(clock.at) };
  for await (const row of byNumber<LogRow>(reads, 'activity')) yield logOf(row);
  for await (const row of byKey<ValueColumns>(reads, 'plugin_state', ['plugin', 'key'])) yield valueRecord(row);
  for await (const row of byNumber<RevisionColumns>(reads, 'settings_revision')) yield revisionRecord(row);
}

export async function numbersIn(reads: Connection): Promise<TransferRecord> {
  return { kind: 'numbers', ...(await readNumbers(reads)) };
}

interface MailboxRow {
  readonly id: number;
  readonly account: string;
  readonly user: string;
  readonly last_picked_up: number | null;
  readonly last_client: string | null;
}

interface LogRow extends ActivityColumns {
  readonly id: number;
}

function byNumber<R extends { readonly id: number }>(
  reads: Connection,
  table: string,
  select = `SELECT * FROM ${table}`,
): AsyncGenerator<R> {
  return paged<R>((last) => reads.all<R>(`${select} WHERE ${table}.id > ? ORDER BY ${table}.id LIMIT ${PAGE}`, [last?.id ?? -1]));
}

/** `key`: columns. */
function byKey<R extends object>(reads: Connection, table: string, key: readonly (keyof R & string)[]): AsyncGenerator<R> {
  const columns = key.join(', ');
  const behind = `(${columns}) > (${key.map(() => '?').join(', ')})`;
  return paged<R>((last) => {
    const where = last === undefined ? '' : `WHERE ${behind}`;
    const values = last === undefined ? [] : key.map((column) => last[column] as SqlValue);
    return reads.all<R>(`SELECT * FROM ${table} ${where} ORDER BY ${columns} LIMIT ${PAGE}`, values);
  });
}

async function* octetsOf(reads: Connection, message: number): AsyncGenerator<TransferRecord> {
  for (let piece = 0; ; piece += 1) {
    const row = await reads.get<{ octets: Uint8Array }>('SELECT octets FROM chunk WHERE id = ?', [chunkId(message, piece)]);
    if (row === undefined) return;
    yield { kind: 'octets', octets: row.octets };
    octetsPassed(row.octets.length);
  }
}

function mailboxOf(row: MailboxRow): MailboxRecord {
  const mailbox = mailboxRef(row.account, row.user);
  return { kind: 'mailbox', number: row.id, mailbox, lastPickedUp: dateOf(row.last_picked_up), lastClient: row.last_client ?? undefined };
}

function entryOf(row: OutboxColumns & { readonly state: OutboxState }): EntryRecord {
  return entryRecord(row, row.state !== 'sending' ? row.state : row.attempts > 0 ? 'deferred' : 'waiting');
}

function logOf(row: LogRow): LogRecord {
  return { kind: 'log', entry: activityOf(row), day: row.day };
}
