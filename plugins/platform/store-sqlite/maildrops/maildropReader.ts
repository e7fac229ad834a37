// The octets of copies as POP3 serves them, in the order asked for. Small messages come many a query, and the next query runs
// while the consumer still works on what the last one brought; large ones come piece by piece.

import { EditedOctets } from '@postroom/sdk/base';
import type { MaildropPiece } from '@postroom/sdk/services';
import { concealedEdits, missingOctets } from '@postroom/sdk/store';
import type { Readers } from '../engine/readers.js';
import { CHUNK_OCTETS, CHUNKS_PER_MESSAGE, readChunks } from '../mail/chunks.js';
import type { MaildropSnapshot } from './maildropSnapshot.js';
import { readWholeCopies } from './wholeCopies.js';

const AHEAD_MESSAGES = 64;
const AHEAD_OCTETS = 2 ** 20;

interface CopyRow {
  readonly id: number;
  readonly message_id: number;
  readonly prefix: Uint8Array;
  readonly concealed: string | null;
  readonly size: number;
  /** The first piece; `null` where the message has more than one. */
  readonly octets: Uint8Array | null;
}

interface Batch {
  readonly whole: ReadonlyMap<number, Uint8Array>;
  /** What is not served as it is stored, or not in one piece. */
  readonly rows: ReadonlyMap<number, CopyRow>;
}

const COPIES = `
  SELECT placement.id, placement.message_id, prefix, concealed, message.size,
    CASE WHEN message.size <= ${CHUNK_OCTETS} THEN chunk.octets END AS octets
  FROM json_each(?) AS wanted
    CROSS JOIN placement ON placement.id = wanted.value AND removed_at IS NULL
    CROSS JOIN message ON message.id = placement.message_id
    LEFT JOIN chunk ON chunk.id = message.id * ${CHUNKS_PER_MESSAGE}`;

export async function* readMaildrop(
  readers: Readers,
  snapshot: MaildropSnapshot,
  numbers: readonly number[],
): AsyncGenerator<MaildropPiece> {
  const batches = splitIntoBatches(snapshot, numbers);
  let ahead = readBatch(readers, snapshot, batches[0]);
  for (const [index, batch] of batches.entries()) {
    const { whole, rows } = await ahead;
    ahead = readBatch(readers, snapshot, batches[index + 1]);
    // A consumer that stops early leaves this one behind.
    ahead.catch(() => undefined);
    for (const number of batch) {
      const placement = snapshot.placement(number);
      const octets = whole.get(placement);
      const row = rows.get(placement);
      if (octets !== undefined) yield { number, octets, last: true };
      else if (row === undefined) yield { number, octets: new Uint8Array(0), last: true, missing: true };
      else if (row.size > CHUNK_OCTETS) yield* largeCopy(readers, number, row);
      else yield* smallCopy(number, row);
    }
  }
}

/** Numbers in runs that one query reads: at most 64 messages, or about 1 MB. */
function splitIntoBatches(snapshot: MaildropSnapshot, numbers: readonly number[]): readonly (readonly number[])[] {
  const batches: number[][] = [];
  let octets = Number.POSITIVE_INFINITY;
  let batch: number[] = [];
  for (const number of numbers) {
    // What is read in pieces brings no octets with the query.
    const size = snapshot.size(number) > CHUNK_OCTETS ? 0 : snapshot.size(number);
    if (batch.length >= AHEAD_MESSAGES || octets + size > AHEAD_OCTETS) {
      batch = [];
      octets = 0;
      batches.push(batch);
    }
    batch.push(number);
    octets += size;
  }
  return batches;
}

async function readBatch(readers: Readers, snapshot: MaildropSnapshot, batch: readonly number[] | undefined): Promise<Batch> {
  if (batch === undefined) return { whole: new Map(), rows: new Map() };
  const placements = batch.map((number) => snapshot.placement(number));
  const whole = await readWholeCopies(readers, placements);
  const others = placements.filter((placement) => !whole.has(placement));
  const rows = others.length === 0 ? [] : await readers.all<CopyRow>(COPIES, [JSON.stringify(others)]);
  return { whole, rows: new Map(rows.map((row) => [row.id, row])) };
}

function* smallCopy(number: number, row: CopyRow): Generator<MaildropPiece> {
  const stored = row.octets ?? new Uint8Array(0);
  if (stored.length !== row.size) throw missingOctets(row.message_id);
  const edited = new EditedOctets(concealedEdits(row.concealed));
  const pieces = [row.prefix, ...edited.take(stored), ...edited.end()];
  if (row.prefix.length + row.size <= CHUNK_OCTETS) {
    yield { number, octets: Buffer.concat(pieces), last: true };
    return;
  }
  for (const octets of pieces) yield { number, octets, last: false };
  yield { number, octets: new Uint8Array(0), last: true };
}

async function* largeCopy(readers: Readers, number: number, row: CopyRow): AsyncGenerator<MaildropPiece> {
  const edited = new EditedOctets(concealedEdits(row.concealed));
  if (row.prefix.length > 0) yield { number, octets: row.prefix, last: false };
  for await (const octets of readChunks(readers, row.message_id, 0, row.size)) {
    for (const piece of edited.take(octets)) yield { number, octets: piece, last: false };
  }
  for (const piece of edited.end()) yield { number, octets: piece, last: false };
  yield { number, octets: new Uint8Array(0), last: true };
}
