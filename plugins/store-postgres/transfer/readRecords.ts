// What the database holds as records that any store takes, all of one moment.
import type { ActivityKind, LogRecord, MailboxRecord, TransferRecord } from '@postroom/sdk/services';
import {
  activityOf,
  copyRecord,
  dateOf,
  entryRecord,
  type JournalColumns,
  journalRecord,
  type MessageColumns,
  octetsPassed,
  PAGE,
  type PlacedColumns,
  paged,
  pagesOf,
  type RevisionColumns,
  revisionRecord,
  type SeenColumns,
  seenRecord,
  storedMessage,
  type ValueColumns,
  valueRecord,
} from '@postroom/sdk/store';
import type { DatabaseSession } from '../engine/databaseSession.js';
import { mailboxOfRow } from '../mail/mailboxes.js';
import { MESSAGE_COLUMNS, VOID } from '../mail/messageRows.js';
import type { OutboxRow } from '../outbox/outboxRows.js';
import { PieceStream } from './pieceStream.js';
import { readNumbers } from './sequences.js';

/** Rows come by their indexes, whatever PostgreSQL knows of tables that were filled a moment ago: to sort octets would take the disk. */
const SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off';

export async function* readRecords(session: DatabaseSession, octets: boolean): AsyncGenerator<TransferRecord> {
  await session.exec(SNAPSHOT);
  try {
    for await (const row of byNumber<MailboxRow>(session, 'mailbox')) yield mailboxOf(row);
    yield* messagesIn(session, octets);
    for await (const row of byNumber<PlacedColumns>(session, 'placement')) yield copyRecord(row);
    for await (const row of byKey<SeenColumns>(session, 'seen', ['key'])) yield seenRecord(row);
    for await (const row of byNumber<OutboxRow>(session, 'outbox')) yield entryRecord(row, row.state);
    for await (const row of byKey<JournalColumns>(session, 'journal', ['account', 'uidl'])) yield journalRecord(row);
    const [clock] = await session.rows<{ at: number }>('SELECT at FROM store_clock');
    if (clock !== undefined) yield { kind: 'clock', at: new Date(clock.at) };
    for await (const row of byNumber<LogRow>(session, 'activity')) yield logOf(row);
    for await (const row of byKey<ValueColumns>(session, 'plugin_state', ['plugin', 'key'])) yield valueRecord(row);
    for await (const row of byNumber<RevisionColumns>(session, 'settings_revision')) yield revisionRecord(row);
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

function byNumber<R extends { readonly id: number }>(session: DatabaseSession, table: string): AsyncGenerator<R> {
  return paged<R>((last) => session.rows<R>(`SELECT * FROM ${table} WHERE id > $1 ORDER BY id LIMIT ${PAGE}`, [last?.id ?? -1]));
}

/** `key`: columns. */
function byKey<R extends object>(session: DatabaseSession, table: string, key: readonly (keyof R & string)[]): AsyncGenerator<R> {
  const columns = key.join(', ');
  const behind = `WHERE (${columns}) > (${key.map((_, index) => `$${index + 1}`).join(', ')})`;
  return paged<R>((last) =>
    session.rows<R>(
      `SELECT * FROM ${table} ${last === undefined ? '' : behind} ORDER BY ${columns} LIMIT ${PAGE}`,
      last === undefined ? [] : key.map((column) => last[column]),
    ),
  );
}

interface StoredMessageRow extends MessageColumns {
  readonly gone_at: number | null;
}

async function* messagesIn(session: DatabaseSession, octets: boolean): AsyncGenerator<TransferRecord> {
  const ask = (last: StoredMessageRow | undefined): Promise<readonly StoredMessageRow[]> =>
    session.rows(`SELECT ${MESSAGE_COLUMNS}, gone_at FROM message WHERE id > $1 ORDER BY id LIMIT ${PAGE}`, [last?.id ?? -1]);
  for await (const rows of pagesOf(ask)) {
    const pieces = octets ? new PieceStream(session, rows[0]?.id ?? 0, rows.at(-1)?.id ?? 0) : undefined;
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

function logOf({ user_name: user, ...row }: LogRow): LogRecord {
  return { kind: 'log', entry: activityOf({ ...row, user }), day: row.day };
}
