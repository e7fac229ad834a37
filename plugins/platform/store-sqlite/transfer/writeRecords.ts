// Records of another store as rows of a new database.
import type { TransferRecord } from '@postroom/sdk/services';
import { accountOf, concealedText, dsnText, messageColumns, userKey } from '@postroom/sdk/store';
import type { Connection, SqlValue } from '../engine/connection.js';
import { chunkId } from '../mail/chunks.js';
import { writeNumbers } from './numbers.js';

/** A commit has so many rows at most, and no more octets than this. */
const ROWS = 5_000;
const OCTETS = 8 * 2 ** 20;

type Row = Readonly<Record<string, SqlValue>>;
/** What is a row, or is written in another way. */
type RowRecord = Exclude<TransferRecord, { readonly kind: 'octets' | 'document' | 'numbers' }>;

/** Takes all but documents, which are given to `document`. */
export async function writeRecords(
  writer: Connection,
  records: AsyncIterable<TransferRecord>,
  document: (name: string, octets: Uint8Array) => Promise<unknown>,
): Promise<void> {
  let message = 0;
  let piece = 0;
  let [rows, octets] = [0, 0];
  await writer.run('BEGIN IMMEDIATE');
  try {
    for await (const record of records) {
      if (record.kind === 'document') await document(record.name, record.octets);
      else if (record.kind === 'numbers') await writeNumbers(writer, record);
      else if (record.kind === 'octets') {
        await insert(writer, 'chunk', { id: chunkId(message, piece), octets: record.octets });
        piece += 1;
        octets += record.octets.length;
      } else {
        if (record.kind === 'message') [message, piece] = [Number(record.message.id), 0];
        await insert(writer, ...rowOf(record));
      }
      rows += 1;
      if (rows < ROWS && octets < OCTETS) continue;
      await writer.run('COMMIT');
      await writer.run('BEGIN IMMEDIATE');
      [rows, octets] = [0, 0];
    }
    await writer.run('COMMIT');
  } catch (error) {
    await writer.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function insert(writer: Connection, table: string, row: Row): Promise<void> {
  const columns = Object.keys(row);
  const places = columns.map(() => '?').join(', ');
  await writer.run(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`, Object.values(row));
}

function rowOf(record: RowRecord): readonly [table: string, row: Row] {
  switch (record.kind) {
    case 'mailbox':
      return ['mailbox', mailboxRow(record)];
    case 'message':
      return ['message', { ...messageColumns(Number(record.message.id), record.message), gone_at: timeOf(record.goneAt) }];
    case 'copy':
      return ['placement', copyRow(record)];
    case 'seen':
      return ['seen', { key: record.key, at: timeOf(record.at), message_id: record.message }];
    case 'entry':
      return ['outbox', entryRow(record)];
    case 'journal':
      return ['journal', journalRow(record)];
    case 'clock':
      return ['clock', { at: timeOf(record.at) }];
    case 'log':
      return ['activity', logRow(record)];
    case 'value': {
      const { plugin, key, value, expires } = record;
      return ['plugin_state', { plugin, key, value: JSON.stringify(value), expires_at: timeOf(expires) }];
    }
    case 'revision':
      return ['settings_revision', { ...record.revision, at: timeOf(record.revision.at) }];
  }
}

type Of<K extends TransferRecord['kind']> = Extract<TransferRecord, { readonly kind: K }>;

function mailboxRow({ number, mailbox, lastPickedUp, lastClient }: Of<'mailbox'>): Row {
  return {
    id: number,
    account: accountOf(mailbox),
    user: mailbox.user,
    user_key: userKey(mailbox),
    last_picked_up: timeOf(lastPickedUp),
    last_client: lastClient,
  };
}

function copyRow(copy: Of<'copy'>): Row {
  return {
    id: copy.number,
    mailbox_id: copy.mailbox,
    message_id: copy.message,
    prefix: copy.prefix,
    concealed: concealedText(copy.concealed),
    size: copy.size,
    tag: copy.tag,
    seen_key: copy.seenKey,
    placed_at: timeOf(copy.placedAt),
    picked_up_at: timeOf(copy.pickedUpAt),
    client: copy.client,
    removed_at: timeOf(copy.removedAt),
  };
}

function entryRow(entry: Of<'entry'>): Row {
  return {
    id: entry.id,
    message_id: Number(entry.message),
    account: entry.account,
    sender: entry.from,
    recipient: entry.recipient,
    prefix: entry.prefix,
    dsn: dsnText(entry),
    state: entry.state,
    queued_at: timeOf(entry.queuedAt),
    attempts: entry.attempts,
    next_try_at: timeOf(entry.nextTryAt),
    status: entry.status,
    text: entry.text,
    delay_noticed: entry.delayNoticed ? 1 : 0,
    in_doubt: entry.inDoubt ? 1 : 0,
    doubts: entry.doubts,
  };
}

function journalRow(entry: Of<'journal'>): Row {
  return {
    account: entry.account,
    uidl: entry.uidl,
    state: entry.state,
    listed_size: entry.listedSize,
    since: timeOf(entry.since),
    attempts: entry.attempts,
    failures: entry.failures,
    unlisted_since: timeOf(entry.unlistedSince),
    content_key: entry.contentKey,
    header_print: entry.headerPrint,
    notice: entry.notice && JSON.stringify(entry.notice),
    ordered: entry.order,
  };
}

function logRow({ entry, day }: Of<'log'>): Row {
  return {
    id: entry.id,
    at: timeOf(entry.at),
    day,
    kind: entry.kind,
    account: entry.account,
    user: entry.user,
    message: entry.message,
    text: entry.text,
    details: JSON.stringify(entry.details),
  };
}

function timeOf(at: Date | undefined): number | undefined {
  return at?.getTime();
}
