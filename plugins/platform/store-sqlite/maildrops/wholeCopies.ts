// Small copies that are served as they are stored, many in one row: to carry a row over from SQLite costs more than its 4 KB do.

import type { Readers } from '../engine/readers.js';
import { CHUNK_OCTETS, CHUNKS_PER_MESSAGE } from '../mail/chunks.js';

/** Blobs are joined as the texts that SQLite takes them for, octet by octet, and cast back. Both columns are gathered in the same order. */
const WHOLE = `
  SELECT group_concat(placement.id || ',' || placement.size) AS list, CAST(group_concat(prefix || octets, '') AS BLOB) AS octets
  FROM json_each(?) AS wanted
    CROSS JOIN placement ON placement.id = wanted.value AND removed_at IS NULL AND concealed IS NULL
    CROSS JOIN message ON message.id = placement.message_id
    CROSS JOIN chunk ON chunk.id = message.id * ${CHUNKS_PER_MESSAGE}
  WHERE length(octets) = message.size AND placement.size = length(prefix) + message.size AND placement.size <= ${CHUNK_OCTETS}`;

interface WholeRow {
  /** Numbers of copies, each with its size. */
  readonly list: string | null;
  readonly octets: Uint8Array | null;
}

/** By number of the copy. Those that have more than one piece, hide lines, or lack octets are not among them. */
export async function readWholeCopies(readers: Readers, placements: readonly number[]): Promise<ReadonlyMap<number, Uint8Array>> {
  const row = await readers.get<WholeRow>(WHOLE, [JSON.stringify(placements)]);
  const copies = new Map<number, Uint8Array>();
  if (row === undefined || row.list === null || row.octets === null) return copies;
  const numbers = row.list.split(',').map(Number);
  let start = 0;
  for (let at = 0; at < numbers.length; at += 2) {
    const end = start + (numbers[at + 1] ?? 0);
    copies.set(numbers[at] ?? 0, row.octets.subarray(start, end));
    start = end;
  }
  return copies;
}
