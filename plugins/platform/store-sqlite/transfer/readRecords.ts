// What the database holds as records that any store takes.
import type { JournalEntry, WaitingOrder } from '@postroom/sdk';
import type {
  CopyRecord,
  EntryRecord,
  JournalRecord,
  LogRecord,
  MailboxRecord,
  SeenRecord,
  TransferRecord,
  WaitingNotice,
} from '@postroom/sdk/services';
import { type ActivityColumns, activityOf, concealedEdits, dsnOf, mailboxRef, octetsPassed, storedMessage } from '@postroom/sdk/store';
import type { Connection, SqlValue } from '../engine/connection.js';
import { type JournalRow, MESSAGE_COLUMNS, type MessageRow, type OutboxRow, type PlacementRow, type SeenRow } from '../engine/tables.js';
import { chunkId } from '../mail/chunks.js';
import { VOID } from '../mail/outcomeWrite.js';
import { readNumbers } from './numbers.js';
import { PAGE, paged } from './pages.js';

/** All but documents and numbers, of the moment that the connection sees. */
export async function* readRecords(reads: Connection, octets: boolean): AsyncGenerator<TransferRecord> {
  for await (const row of byNumber<MailboxRow>(reads, 'mailbox')) yield mailboxOf(row);
  for await (const row of byNumber<MessageRow>(reads, 'message', `SELECT ${MESSAGE_COLUMNS}, gone_at FROM message`)) {
    if (row.disposition === VOID) continue;
    yield { kind: 'message', message: storedMessage(row), goneAt: dateOf(row.gone_at) };
    if (octets && row.gone_at === null) yield* octetsOf(reads, row.id);
  }
  for await (const row of byNumber<CopyRow>(reads, 'placement')) yield copyOf(row);
  for await (const row of byKey<SeenRow>(reads, 'seen', ['key'])) yield seenOf(row);
  for await (const row of byNumber<EntryRow>(reads, 'outbox')) yield entryOf(row);
  for await (const row of byKey<StoredJournalRow>(reads, 'journal', ['account', 'uidl'])) yield journalOf(row);
  const clock = await reads.get<{ at: number }>('SELECT at FROM clock');
  if (clock !== undefined) yield { kind: 'clock', at: new Date(clock.at) };
  for await (const row of byNumber<LogRow>(reads, 'activity')) yield logOf(row);
  for await (const { plugin, key, value, expires_at } of byKey<ValueRow>(reads, 'plugin_state', ['plugin', 'key'])) {
    yield { kind: 'value', plugin, key, value: JSON.parse(value) as unknown, expires: dateOf(expires_at) };
  }
  for await (const { id, at, author, text } of byNumber<RevisionRow>(reads, 'settings_revision')) {
    yield { kind: 'revision', revision: { id, at: new Date(at), author, text } };
  }
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

interface CopyRow extends Omit<PlacementRow, 'prefix'> {
  readonly id: number;
  readonly prefix: Uint8Array | null;
  readonly picked_up_at: number | null;
  readonly client: string | null;
  readonly removed_at: number | null;
}

interface EntryRow extends OutboxRow {
  readonly attempts: number;
  readonly status: string;
  readonly text: string;
  readonly delay_noticed: number;
  readonly in_doubt: number;
  readonly doubts: number;
}

interface StoredJournalRow extends Omit<JournalRow, 'content_key'> {
  readonly failures: number;
  readonly unlisted_since: number | null;
  readonly content_key: Uint8Array | null;
  readonly notice: string | null;
  readonly ordered: string | null;
}

interface LogRow extends ActivityColumns {
  readonly id: number;
}

interface ValueRow {
  readonly plugin: string;
  readonly key: string;
  readonly value: string;
  readonly expires_at: number | null;
}

interface RevisionRow {
  readonly id: number;
  readonly at: number;
  readonly author: string;
  readonly text: string;
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

function copyOf(row: CopyRow): CopyRecord {
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

function seenOf({ key, at, message_id: message }: SeenRow): SeenRecord {
  return { kind: 'seen', key, at: new Date(at), message };
}

function entryOf(row: EntryRow): EntryRecord {
  const atRest = row.attempts > 0 ? 'deferred' : 'waiting';
  return {
    kind: 'entry',
    id: row.id,
    message: String(row.message_id),
    account: row.account,
    from: row.sender,
    recipient: row.recipient,
    prefix: row.prefix,
    ...dsnOf(row.dsn),
    state: row.state === 'sending' ? atRest : (row.state as EntryRecord['state']),
    queuedAt: new Date(row.queued_at),
    attempts: row.attempts,
    nextTryAt: new Date(row.next_try_at),
    status: row.status,
    text: row.text,
    delayNoticed: row.delay_noticed !== 0,
    inDoubt: row.in_doubt !== 0,
    doubts: row.doubts,
  };
}

function journalOf(row: StoredJournalRow): JournalRecord {
  return {
    kind: 'journal',
    account: row.account,
    uidl: row.uidl,
    state: row.state as JournalEntry['state'],
    listedSize: row.listed_size,
    since: new Date(row.since),
    attempts: row.attempts,
    failures: row.failures,
    unlistedSince: dateOf(row.unlisted_since),
    contentKey: row.content_key ?? undefined,
    headerPrint: row.header_print ?? undefined,
    notice: row.notice === null ? undefined : (JSON.parse(row.notice) as WaitingNotice),
    order: (row.ordered ?? undefined) as WaitingOrder | undefined,
  };
}

function logOf(row: LogRow): LogRecord {
  return { kind: 'log', entry: activityOf(row), day: row.day };
}

function dateOf(at: number | null): Date | undefined {
  return at === null ? undefined : new Date(at);
}
