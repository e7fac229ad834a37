// A message's octets in rows: each row but the last holds 256 KB, and a range of row numbers is one message.
import { readInPieces } from '@postroom/sdk/store';
import type { Connection } from '../engine/connection.js';
import type { Readers } from '../engine/readers.js';

export const CHUNK_OCTETS = 256 * 2 ** 10;
/** Row numbers of a message begin here times its number: 2^20 rows of 256 KB each are more than any mail. */
export const CHUNKS_PER_MESSAGE = 2 ** 20;

export function chunkId(message: number, piece: number): number {
  return message * CHUNKS_PER_MESSAGE + piece;
}

/** SQL: removes the octets of messages that are gone, of those numbered in the JSON array given as value. */
export const DELETE_CHUNKS_OF_GONE = `DELETE FROM chunk WHERE id IN (
  SELECT chunk.id FROM json_each(?) AS candidate
    CROSS JOIN message ON message.id = candidate.value AND message.gone_at IS NOT NULL
    CROSS JOIN chunk ON chunk.id >= message.id * ${CHUNKS_PER_MESSAGE} AND chunk.id < (message.id + 1) * ${CHUNKS_PER_MESSAGE})`;

/** Removes the octets of a message that came in ahead of its row and will get none. Of one that has its row nothing is removed. */
export async function dropSpilled(writer: Connection, message: number): Promise<void> {
  if (!(await takeSpilled(writer, message))) return;
  await writer.run('DELETE FROM chunk WHERE id >= ? AND id < ?', [chunkId(message, 0), chunkId(message + 1, 0)]);
}

/** From here on its octets are not swept: in the commit of the message. Answers whether they were there until now. */
export async function takeSpilled(writer: Connection, message: number): Promise<boolean> {
  return (await writer.run('DELETE FROM spill WHERE message_id = ?', [message])) > 0;
}

/** Removes what other servers left without a message: they are gone, as the data folder has one. */
export async function sweepSpilled(writer: Connection, server: number): Promise<number> {
  const rows = await writer.all<{ message_id: number }>('SELECT message_id FROM spill WHERE server IS NOT ?', [server]);
  for (const row of rows) await dropSpilled(writer, row.message_id);
  return rows.length;
}

/** Reads octets from `start` to `end` of a message. */
export function readChunks(readers: Readers, message: number, start: number, end: number): AsyncIterable<Uint8Array> {
  const reader = { pieceOctets: CHUNK_OCTETS, atOnce: 1, buffers: 1, fetch: (of: number, piece: number) => chunksOf(readers, of, piece) };
  return readInPieces(reader, message, start, end);
}

async function chunksOf(readers: Readers, message: number, piece: number): Promise<readonly Uint8Array[]> {
  const row = await readers.get<{ octets: Uint8Array }>('SELECT octets FROM chunk WHERE id = ?', [chunkId(message, piece)]);
  return row === undefined ? [] : [row.octets];
}
