// What the database holds as records that any store takes, all of one moment.
import type { JournalEntry, WaitingOrder } from '@postroom/sdk';
import type {
  ActivityKind,
  CopyRecord,
  EntryRecord,
  JournalRecord,
  LogRecord,
  MailboxRecord,
  TransferRecord,
  WaitingNotice,
} from '@postroom/sdk/services';
import { activityOf, concealedEdits, type MessageColumns, octetsPassed, storedMessage } from '@postroom/sdk/store';
import type { DatabaseSession } from '../engine/databaseSession.js';
import { mailboxOfRow } from '../mail/mailboxes.js';
import { MESSAGE_COLUMNS, VOID } from '../mail/messageRows.js';
import { type OutboxRow, entryOf as outboxEntryOf } from '../outbox/outboxRows.js';
import { PAGE, pagesOf } from './pages.js';
import { PieceReader } from './pieceReader.js';
import { readNumbers } from './sequences.js';

/** Rows come by their indexes, whatever PostgreSQL knows of tables that were filled a moment ago: to sort octets would take the disk. */
const SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off';

export async function* readRecords(session: DatabaseSession, octets: boolean): AsyncGenerator<TransferRecord> {
  await session.exec(SNAPSHOT);
  try {
    for await (const row of byNumber<MailboxRow>(session, 'mailbox')) yield mailboxOf(row);
    yield* messagesIn(session, octets);
    for await (const row of byNumber<CopyRow>(session, 'placement')) yield copyOf(row);
    for await (const { key, at, message_id: message } of byKey<SeenRow>(session, 'seen', ['key'])) {
      yield { kind: 'seen', key, at: new Date(at), message };
    }
    for await (const row of byNumber<OutboxRow>(session, 'outbox')) yield entryOf(row);
    for await (const row of byKey<JournalRow>(session, 'journal', ['account', 'uidl'])) yield journalOf(row);
    const [clock] = await session.rows<{ at: number }>('SELECT at FROM store_clock');
    if (clock !== undefined) yield { kind: 'clock', at: new Date(clock.at) };
    for await (const row of byNumber<LogRow>(session, 'activity')) yield logOf(row);
    for await (const { plugin, key, value, expires_at } of byKey<ValueRow>(session, 'plugin_state', ['plugin', 'key'])) {
      yield { kind: 'value', plugin, key, value: JSON.parse(value) as unknown, expires: dateOf(expires_at) };
    }
    for await (const { id, at, author, text } of byNumber<RevisionRow>(session, 'settings_revision')) {
      yield { kind: 'revision', revision: { id, at: new Date(at), author, text } };
    }
    yield* documentsIn(session);
    yield { kind: 'numbers', ...(await readNumbers(session)) };
  } finally {
    if (session.isUsable) await session.exec('COMMIT');
  }
}

interface MailboxRow {
  readonly id: number;
  readonly account: string;
  readonly user_name: string;
  readonly last_picked_up: number | null;
  readonly last_client: string | null;
}

interface CopyRow {
  readonly id: number;
  readonly mailbox_id: number;
  readonly message_id: number;
  readonly prefix: Buffer | null;
  readonly concealed: string | null;
  readonly size: number;
  readonly tag: number;
  readonly seen_key: Buffer | null;
  readonly placed_at: number;
  readonly picked_up_at: number | null;
  readonly client: string | null;
  readonly removed_at: number | null;
}

interface SeenRow {
  readonly key: Buffer;
  readonly at: number;
  readonly message_id: number;
}

interface JournalRow {
  readonly account: string;
  readonly uidl: string;
  readonly state: JournalEntry['state'];
  readonly listed_size: number;
  readonly since: number;
  readonly attempts: number;
  readonly failures: number;
  readonly unlisted_since: number | null;
  readonly content_key: Buffer | null;
  readonly header_print: string | null;
  readonly notice: string | null;
  readonly ordered: WaitingOrder | null;
}

interface LogRow {
  readonly id: number;
  readonly at: number;
  readonly day: string;
  readonly kind: ActivityKind;
  readonly account: string | null;
  readonly user_name: string | null;
  readonly message: string | null;
  readonly text: string;
  readonly details: string;
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

async function* byNumber<R extends { readonly id: number }>(session: DatabaseSession, table: string): AsyncGenerator<R> {
  const ask = (last: R | undefined): Promise<readonly R[]> =>
    session.rows<R>(`SELECT * FROM ${table} WHERE id > $1 ORDER BY id LIMIT ${PAGE}`, [last?.id ?? -1]);
  for await (const rows of pagesOf(ask)) yield* rows;
}

/** `key`: columns. */
async function* byKey<R extends object>(session: DatabaseSession, table: string, key: readonly (keyof R & string)[]): AsyncGenerator<R> {
  const columns = key.join(', ');
  const behind = `WHERE (${columns}) > (${key.map((_, index) => `$${index + 1}`).join(', ')})`;
  const ask = (last: R | undefined): Promise<readonly R[]> =>
    session.rows<R>(
      `SELECT * FROM ${table} ${last === undefined ? '' : behind} ORDER BY ${columns} LIMIT ${PAGE}`,
      last === undefined ? [] : key.map((column) => last[column]),
    );
  for await (const rows of pagesOf(ask)) yield* rows;
}

interface StoredMessageRow extends MessageColumns {
  readonly gone_at: number | null;
}

async function* messagesIn(session: DatabaseSession, octets: boolean): AsyncGenerator<TransferRecord> {
  const ask = (last: StoredMessageRow | undefined): Promise<readonly StoredMessageRow[]> =>
    session.rows(`SELECT ${MESSAGE_COLUMNS}, gone_at FROM message WHERE id > $1 ORDER BY id LIMIT ${PAGE}`, [last?.id ?? -1]);
  for await (const rows of pagesOf(ask)) {
    const pieces = octets ? new PieceReader(session, rows[0]?.id ?? 0, rows.at(-1)?.id ?? 0) : undefined;
    try {
      for (const row of rows) {
        if (row.disposition === VOID || row.origin === VOID) continue;
        yield { kind: 'message', message: storedMessage(row), goneAt: dateOf(row.gone_at) };
        for await (const piece of pieces?.of(row.id) ?? []) {
          yield { kind: 'octets', octets: piece };
          octetsPassed(2 * piece.length);
        }
      }
      await pieces?.finish();
    } finally {
      await pieces?.close();
    }
  }
}

async function* documentsIn(session: DatabaseSession): AsyncGenerator<TransferRecord> {
  for (const { name } of await session.rows<{ name: string }>('SELECT name FROM document ORDER BY name')) {
    // By COPY: as text, octets come as hex digits. The name is one that documents may have, so that it can stand in the query.
    for await (const [octets] of session.copyOut(`SELECT octets FROM document WHERE name = '${name}'`)) {
      yield { kind: 'document', name, octets: Buffer.from(octets ?? []) };
    }
  }
}

function mailboxOf(row: MailboxRow): MailboxRecord {
  const { id: number, last_picked_up, last_client } = row;
  return {
    kind: 'mailbox',
    number,
    mailbox: mailboxOfRow(row),
    lastPickedUp: dateOf(last_picked_up),
    lastClient: last_client ?? undefined,
  };
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

/** A row's state is the one at rest. */
function entryOf(row: OutboxRow): EntryRecord {
  const { lease: _, inDoubt = false, doubts = 0, ...entry } = outboxEntryOf(row);
  return { ...entry, kind: 'entry', state: row.state, inDoubt, doubts };
}

function journalOf(row: JournalRow): JournalRecord {
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

function logOf({ user_name: user, ...row }: LogRow): LogRecord {
  return { kind: 'log', entry: activityOf({ ...row, user }), day: row.day };
}

function dateOf(at: number | null): Date | undefined {
  return at === null ? undefined : new Date(at);
}
