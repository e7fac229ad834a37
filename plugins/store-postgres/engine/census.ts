// Counts what a database holds, for the doctor and for comparing stores.
import type { MessageId } from '@postroom/sdk';
import type { Census } from '@postroom/sdk/services';
import type { Reads } from './database.js';

const CENSUS = `SELECT
  (SELECT count(*) FROM message WHERE gone_at IS NULL) AS messages,
  (SELECT coalesce(sum(size), 0)::bigint FROM message WHERE gone_at IS NULL) AS octets,
  (SELECT count(*) FROM placement WHERE removed_at IS NULL) AS copies,
  (SELECT count(*) FROM outbox) AS outbox,
  (SELECT count(*) FROM journal) AS journal,
  (SELECT count(*) FROM activity) AS activity`;

export async function takeCensus(reads: Reads): Promise<Census> {
  const [row] = await reads.rows<Census>(CENSUS);
  return row ?? { messages: 0, octets: 0, copies: 0, outbox: 0, journal: 0, activity: 0 };
}

const PAGE = 1_000;

/** Messages whose octets are here, in order of their numbers. */
export async function* contentsOf(reads: Reads): AsyncGenerator<{ readonly id: MessageId; readonly contentHash: string }> {
  for (let after = -1; ; ) {
    const rows = await reads.rows<{ id: number; hash: string }>(
      `SELECT id, encode(content_hash, 'hex') AS hash FROM message WHERE gone_at IS NULL AND id > $1 ORDER BY id LIMIT ${PAGE}`,
      [after],
    );
    for (const row of rows) {
      after = row.id;
      yield { id: String(row.id), contentHash: row.hash };
    }
    if (rows.length < PAGE) return;
  }
}
