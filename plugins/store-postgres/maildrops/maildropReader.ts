// The octets of copies as POP3 serves them, in the order asked for. Small messages come many a query, and the next query runs
// while the consumer still works on what the last one brought; large ones come piece by piece, as nothing of the database is held while a client reads.

import { EditedOctets } from '@postroom/sdk/base';
import type { MaildropPiece } from '@postroom/sdk/services';
import type { Database } from '../engine/database.js';
import { concealedEdits } from '../mail/copies.js';
import { missingOctets, PIECE_OCTETS, readPieces } from '../mail/pieces.js';
import type { MaildropSnapshot } from './maildropSnapshot.js';

const AHEAD_MESSAGES = 64;
const AHEAD_OCTETS = 2 ** 20;

interface StoredCopy {
  readonly message: number;
  readonly prefix: Uint8Array;
  readonly concealed: string | null;
  readonly size: number;
  /** All of them where the message has one piece; else `undefined`. */
  readonly octets: Uint8Array | undefined;
}

/** `ids`: placements. COPY, as octets in a row of text cost twice. */
const copies = (ids: readonly number[]): string => `
  SELECT placement.id, placement.message_id, placement.prefix, placement.concealed, message.size, chunk.octets
  FROM unnest('{${ids.join(',')}}'::bigint[]) AS wanted (id)
    JOIN placement ON placement.id = wanted.id AND removed_at IS NULL
    JOIN message ON message.id = placement.message_id
    LEFT JOIN chunk ON chunk.message_id = message.id AND chunk.piece = 0 AND message.size <= ${PIECE_OCTETS}`;

export async function* readMaildrop(
  database: Database,
  snapshot: MaildropSnapshot,
  numbers: readonly number[],
): AsyncGenerator<MaildropPiece> {
  const batches = splitIntoBatches(snapshot, numbers);
  let ahead = readBatch(database, snapshot, batches[0]);
  for (const [index, batch] of batches.entries()) {
    const stored = await ahead;
    ahead = readBatch(database, snapshot, batches[index + 1]);
    // A consumer that stops early leaves this one behind.
    ahead.catch(() => undefined);
    for (const number of batch) {
      const copy = stored.get(snapshot.placement(number));
      if (copy === undefined) yield { number, octets: new Uint8Array(0), last: true, missing: true };
      else if (copy.size > PIECE_OCTETS) yield* largeCopy(database, number, copy);
      else yield* smallCopy(number, copy);
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
    const size = snapshot.size(number) > PIECE_OCTETS ? 0 : snapshot.size(number);
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

/** By number of the placement. */
async function readBatch(
  database: Database,
  snapshot: MaildropSnapshot,
  batch: readonly number[] | undefined,
): Promise<ReadonlyMap<number, StoredCopy>> {
  const stored = new Map<number, StoredCopy>();
  if (batch === undefined) return stored;
  for await (const [id, message, prefix, concealed, size, octets] of database.copyOut(
    copies(batch.map((number) => snapshot.placement(number))),
  )) {
    stored.set(numberOf(id), {
      message: numberOf(message),
      prefix: prefix ?? new Uint8Array(0),
      concealed: concealed?.toString() ?? null,
      size: numberOf(size),
      octets: octets ?? undefined,
    });
  }
  return stored;
}

function numberOf(bigint: Buffer | null | undefined): number {
  return Number(bigint?.readBigInt64BE());
}

function* smallCopy(number: number, copy: StoredCopy): Generator<MaildropPiece> {
  const stored = copy.octets ?? new Uint8Array(0);
  if (stored.length !== copy.size) throw missingOctets(copy.message);
  const edited = new EditedOctets(concealedEdits(copy.concealed));
  const pieces = [copy.prefix, ...edited.take(stored), ...edited.end()];
  if (copy.prefix.length + copy.size <= PIECE_OCTETS) {
    yield { number, octets: Buffer.concat(pieces), last: true };
    return;
  }
  for (const octets of pieces) yield { number, octets, last: false };
  yield { number, octets: new Uint8Array(0), last: true };
}

async function* largeCopy(database: Database, number: number, copy: StoredCopy): AsyncGenerator<MaildropPiece> {
  const edited = new EditedOctets(concealedEdits(copy.concealed));
  if (copy.prefix.length > 0) yield { number, octets: copy.prefix, last: false };
  for await (const octets of readPieces(database, copy.message, 0, copy.size)) {
    for (const piece of edited.take(octets)) yield { number, octets: piece, last: false };
  }
  for (const piece of edited.end()) yield { number, octets: piece, last: false };
  yield { number, octets: new Uint8Array(0), last: true };
}
