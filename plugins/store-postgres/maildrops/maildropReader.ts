// The octets of copies as POP3 serves them, in the order asked for. Small messages come many a query, and the next query runs
// while the consumer still works on what the last one brought; large ones come piece by piece, as nothing of the database is held while a client reads.

import { type CopyEdit, EditedOctets, octetsAdded } from '@postroom/sdk/base';
import type { MaildropPiece } from '@postroom/sdk/services';
import { concealedEdits } from '@postroom/sdk/store';
import type { Database } from '../engine/database.js';
import { PIECE_OCTETS, readPieces } from '../mail/pieces.js';
import type { MaildropSnapshot } from './maildropSnapshot.js';

const AHEAD_MESSAGES = 64;
const AHEAD_OCTETS = 2 ** 20;

interface StoredCopy {
  readonly message: number;
  readonly prefix: Uint8Array;
  readonly edits: readonly CopyEdit[];
  /** The message's first piece; `undefined` where it has more than one. */
  readonly octets: Uint8Array | undefined;
}

/**
 * `ids`: placements. COPY, as octets in a row of text cost twice. It is planned each time: a list of numbers and a subquery take a third of the time of a join, and
 * are never read by going through the whole table.
 */
const copies = (ids: readonly number[]): string => `
  SELECT id, message_id, prefix, concealed, CASE WHEN size - length(prefix) <= ${PIECE_OCTETS}
    THEN (SELECT octets FROM chunk WHERE chunk.message_id = placement.message_id AND piece = 0) END
  FROM placement WHERE id = ANY ('{${ids.join(',')}}'::bigint[]) AND removed_at IS NULL`;

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
      else yield* piecesOf(database, number, copy, snapshot.size(number));
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
  const query = copies(batch.map((number) => snapshot.placement(number)));
  for await (const [id, message, prefix, concealed, octets] of database.copyOut(query)) {
    stored.set(numberOf(id), {
      message: numberOf(message),
      prefix: prefix ?? new Uint8Array(0),
      edits: concealedEdits(concealed?.toString() ?? null),
      octets: octets ?? undefined,
    });
  }
  return stored;
}

function numberOf(bigint: Buffer | null | undefined): number {
  return Number(bigint?.readBigInt64BE());
}

/** `served`: octets of the copy. */
function piecesOf(
  database: Database,
  number: number,
  copy: StoredCopy,
  served: number,
): Iterable<MaildropPiece> | AsyncIterable<MaildropPiece> {
  const size = served - copy.prefix.length - octetsAdded(copy.edits);
  return copy.octets?.length === size ? smallCopy(number, copy, copy.octets) : largeCopy(database, number, copy, size);
}

function* smallCopy(number: number, { prefix, edits }: StoredCopy, octets: Uint8Array): Generator<MaildropPiece> {
  const edited = new EditedOctets(edits);
  const pieces = [prefix, ...edited.take(octets), ...edited.end()];
  if (prefix.length + octets.length <= PIECE_OCTETS) {
    yield { number, octets: Buffer.concat(pieces), last: true };
    return;
  }
  for (const piece of pieces) yield { number, octets: piece, last: false };
  yield { number, octets: new Uint8Array(0), last: true };
}

async function* largeCopy(
  database: Database,
  number: number,
  { message, prefix, edits }: StoredCopy,
  size: number,
): AsyncGenerator<MaildropPiece> {
  const edited = new EditedOctets(edits);
  if (prefix.length > 0) yield { number, octets: prefix, last: false };
  for await (const octets of readPieces(database, message, 0, size)) {
    for (const piece of edited.take(octets)) yield { number, octets: piece, last: false };
  }
  for (const piece of edited.end()) yield { number, octets: piece, last: false };
  yield { number, octets: new Uint8Array(0), last: true };
}
