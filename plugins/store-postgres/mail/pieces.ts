// A message's octets in rows of 256 KB, read some at a time: a reader that is slow holds no connection.
import { readInPieces } from '@postroom/sdk/store';
import type { Database, Statements } from '../engine/database.js';

export const PIECE_OCTETS = 256 * 2 ** 10;
/** Reads octets from `start` to `end` of a message. */
export function readPieces(database: Database, message: number, start: number, end: number): AsyncIterable<Uint8Array> {
  const fetch = (of: number, from: number, to: number): Promise<readonly Buffer[]> => piecesOf(database, of, from, to);
  return readInPieces({ pieceOctets: PIECE_OCTETS, atOnce: 2, buffers: 3, fetch }, message, start, end);
}

async function piecesOf(database: Database, message: number, from: number, to: number): Promise<readonly Buffer[]> {
  const pieces: Buffer[] = [];
  const query = `SELECT octets FROM chunk WHERE message_id = ${message} AND piece >= ${from} AND piece < ${to} ORDER BY piece`;
  for await (const [octets] of database.copyOut(query)) if (octets != null) pieces.push(octets);
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
