// Counts what a database holds, for backups and the doctor.
import type { MessageId } from '@postroom/sdk';
import type { Census } from '@postroom/sdk/services';
import type { Connection } from './connection.js';
import { openReader } from './database.js';
import type { Readers } from './readers.js';

const CENSUS = `SELECT
  (SELECT count(*) FROM message WHERE gone_at IS NULL) AS messages,
  (SELECT ifnull(sum(size), 0) FROM message WHERE gone_at IS NULL) AS octets,
  (SELECT count(*) FROM placement WHERE removed_at IS NULL) AS copies,
  (SELECT count(*) FROM outbox) AS outbox,
  (SELECT count(*) FROM journal) AS journal,
  (SELECT count(*) FROM activity) AS activity`;

export async function takeCensus(connection: Connection): Promise<Census> {
  const row = await connection.get<Census>(CENSUS);
  return row ?? { messages: 0, octets: 0, copies: 0, outbox: 0, journal: 0, activity: 0 };
}

/** Of a closed database, such as a backup's. */
export async function censusOf(path: string): Promise<Census> {
  const connection = await openReader(path, 'alone');
  try {
    return await takeCensus(connection);
  } finally {
    await connection.close();
  }
}

const PAGE = 1_000;

/** Messages whose octets are here, in order of their numbers. */
export async function* contentsOf(readers: Readers): AsyncGenerator<{ readonly id: MessageId; readonly contentHash: string }> {
  for (let after = -1; ; ) {
    const rows = await readers.all<{ id: number; hash: string }>(
      'SELECT id, lower(hex(content_hash)) AS hash FROM message WHERE gone_at IS NULL AND id > ? ORDER BY id LIMIT ?',
      [after, PAGE],
    );
    for (const row of rows) {
      after = row.id;
      yield { id: String(row.id), contentHash: row.hash };
    }
    if (rows.length < PAGE) return;
  }
}
