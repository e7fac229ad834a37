// What a store forgets every night: the log of days that are over, the traces of messages that are gone as long, and what mailboxes took long ago.
import { SEEN_MS } from '@postroom/sdk/store';
import type { Database, Statements } from '../engine/database.js';

/** Rows that one commit removes: mail that comes in meanwhile does not wait long. */
const PRUNE_ROWS = 5_000;

const ACTIVITY = `DELETE FROM activity WHERE id IN (SELECT id FROM activity WHERE day < $1 LIMIT ${PRUNE_ROWS})`;
const SEEN = `DELETE FROM seen WHERE key IN (SELECT key FROM seen WHERE at < $1 LIMIT ${PRUNE_ROWS})`;
const GONE = `SELECT id FROM message WHERE gone_at < $1 ORDER BY id LIMIT ${PRUNE_ROWS}`;

/** Answers how many entries of the log were removed. */
export async function pruneTraces(database: Database, firstKept: { readonly day: string; readonly at: Date }, now: Date): Promise<number> {
  const removed = await inPieces(database, (statements) => statements.run(ACTIVITY, [firstKept.day]));
  await inPieces(database, (statements) => removeGone(statements, firstKept.at));
  await inPieces(database, (statements) => statements.run(SEEN, [now.getTime() - SEEN_MS]));
  return removed;
}

/** Messages, and the history of their copies before them. */
async function removeGone(statements: Statements, before: Date): Promise<number> {
  const messages = (await statements.rows<{ id: number }>(GONE, [before.getTime()])).map(({ id }) => id);
  await statements.run('DELETE FROM placement WHERE message_id = ANY ($1)', [messages]);
  return statements.run('DELETE FROM message WHERE id = ANY ($1)', [messages]);
}

async function inPieces(database: Database, remove: (statements: Statements) => Promise<number>): Promise<number> {
  for (let total = 0; ; ) {
    const removed = await database.transaction(remove);
    total += removed;
    if (removed < PRUNE_ROWS) return total;
  }
}
