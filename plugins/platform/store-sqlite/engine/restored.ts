// Makes a copy of a database, as a backup holds it, fit to go on with: numbers that were given since the backup are not given again, and mail that may have
// been sent since is not sent by itself.
import type { Connection } from './connection.js';
import { openWriter } from './database.js';
import { LOST_END_KEY, LOST_END_OWNER } from './lostEnd.js';

/** More than any server gives between a backup and its restoring, and few enough to restore thousands of times. */
const NUMBERS_SKIPPED = 1_000_000;

/** Answers how many Outbox entries were put on hold. `note` becomes their last answer. */
export async function adoptCopy(path: string, note: string): Promise<number> {
  // The former one of an older version is in the backup.
  const writer = await openWriter(path, 'alone', 'drop');
  try {
    await writer.run('BEGIN IMMEDIATE');
    await skipNumbers(writer);
    const held = await writer.run(`UPDATE outbox SET state = 'held', lease_until = NULL, text = ? WHERE state <> 'held'`, [note]);
    await writer.run('UPDATE outbox SET in_doubt = 0');
    // Another database from here on: it does not lack what the one before it had.
    await writer.run('UPDATE commits SET id = lower(hex(randomblob(16)))');
    await writer.run('DELETE FROM plugin_state WHERE plugin = ? AND key = ?', [LOST_END_OWNER, LOST_END_KEY]);
    await writer.run('COMMIT');
    return held;
  } finally {
    await writer.close();
  }
}

/** UIDLs are made from placements' numbers: one that a mail client has seen must never name another message (RFC 1939 section 7). */
async function skipNumbers(writer: Connection): Promise<void> {
  for (const table of ['message', 'placement', 'outbox']) {
    await writer.run(
      'INSERT INTO sqlite_sequence (name, seq) SELECT ?, 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?)',
      [table, table],
    );
  }
  await writer.run(`UPDATE sqlite_sequence SET seq = seq + ${NUMBERS_SKIPPED} WHERE name IN ('message', 'placement', 'outbox')`);
}
