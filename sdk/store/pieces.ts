// A message's octets, read piece by piece: what comes next is read while the consumer works on what came last.
import { octetsPassed } from './bufferPressure.js';
import { missingOctets } from './messageErrors.js';

export interface PieceSource {
  /** Octets of each piece but the last. */
  readonly pieceOctets: number;
  /** Pieces a query. */
  readonly atOnce: number;
  /** Buffers that an octet passes through on its way out of the engine. */
  readonly buffers: number;
  /** The pieces of a message from `from` up to `to`, as many as there are. */
  fetch(message: number, from: number, to: number): Promise<readonly Uint8Array[]>;
}

/** Octets from `start` to `end` of a message. Throws `data/corrupt` where some are missing. */
export async function* readInPieces(reader: PieceSource, message: number, start: number, end: number): AsyncGenerator<Uint8Array> {
  const { pieceOctets, atOnce, buffers } = reader;
  const fetch = (from: number): Promise<readonly Uint8Array[]> | undefined =>
    from * pieceOctets < end ? reader.fetch(message, from, Math.min(from + atOnce, Math.ceil(end / pieceOctets))) : undefined;
  const first = Math.floor(start / pieceOctets);
  let ahead = fetch(first);
  for (let from = first; ahead !== undefined; from += atOnce) {
    const pieces = await ahead;
    ahead = fetch(from + atOnce);
    // A consumer that stops early leaves this one behind.
    ahead?.catch(() => undefined);
    const to = Math.min(from + atOnce, Math.ceil(end / pieceOctets));
    for (let piece = from; piece < to; piece += 1) {
      const octets = pieces[piece - from];
      const expected = Math.min(pieceOctets, end - piece * pieceOctets);
      if (octets === undefined || octets.length < expected) throw missingOctets(message);
      yield octets.subarray(Math.max(0, start - piece * pieceOctets), expected);
      // Of a small message there is nothing to collect.
      if (piece > first) octetsPassed(buffers * expected);
    }
  }
}
