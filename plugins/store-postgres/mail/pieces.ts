// A message's octets in rows of 256 KB, read some at a time: a reader that is slow holds no connection.
import { PostroomError } from '@postroom/sdk';
import { octetsPassed } from '@postroom/sdk/store';
import type { Database, Statements } from '../engine/database.js';

export const PIECE_OCTETS = 256 * 2 ** 10;
/** Pieces a query. The next ones are read while the consumer works on these. */
const AHEAD = 2;

/** Reads octets from `start` to `end` of a message. */
export async function* readPieces(database: Database, message: number, start: number, end: number): AsyncGenerator<Uint8Array> {
  const fetch = (piece: number): Promise<readonly Buffer[]> | undefined =>
    piece * PIECE_OCTETS < end ? piecesOf(database, message, piece, Math.min(piece + AHEAD, Math.ceil(end / PIECE_OCTETS))) : undefined;
  let piece = Math.floor(start / PIECE_OCTETS);
  for (let ahead = fetch(piece); ahead !== undefined; ) {
    const pieces = await ahead;
    ahead = fetch(piece + AHEAD);
    // A consumer that stops early leaves this one behind.
    ahead?.catch(() => undefined);
    for (const octets of pieces) {
      const expected = Math.min(PIECE_OCTETS, end - piece * PIECE_OCTETS);
      if (octets.length < expected) throw missingOctets(message);
      yield octets.subarray(Math.max(0, start - piece * PIECE_OCTETS), expected);
      octetsPassed(3 * expected);
      piece += 1;
    }
  }
}

async function piecesOf(database: Database, message: number, from: number, to: number): Promise<readonly Buffer[]> {
  const pieces: Buffer[] = [];
  const query = `SELECT octets FROM chunk WHERE message_id = ${message} AND piece >= ${from} AND piece < ${to} ORDER BY piece`;
  for await (const [octets] of database.copyOut(query)) if (octets != null) pieces.push(octets);
  if (pieces.length < to - from) throw missingOctets(message);
  return pieces;
}

/**
 * Removes the octets of a message that came in ahead of its row and will get none; nothing where it was committed, or given up with its server. Two
 * statements: what came in while the first one waited is seen by the second.
 */
export async function dropSpilled(statements: Statements, message: number): Promise<void> {
  const dropped = await statements.run('DELETE FROM spill WHERE message_id = $1', [message]);
  if (dropped > 0) await statements.run('DELETE FROM chunk WHERE message_id = $1', [message]);
}

export function missingOctets(message: number): PostroomError {
  return new PostroomError(
    'data/corrupt',
    `Octets of message ${message} are missing: it was removed while it was read, or the database is damaged. Run "postroom doctor".`,
    { message },
  );
}
