// Messages on their way to a door: their octets in one buffer that can be handed over. They are copied, as the store may have its own plans with what it
// answered.
import type { MaildropPiece } from '@postroom/sdk/services';
import type { MessagePart, ReadMessages } from './questions.js';

/** A part of a large message has as many octets or more, by one piece of the store's at most. */
const PART_OCTETS = 128 * 1024;

/** Small messages. Where a later one than the first fails, it and those behind it are left out: asked for alone it fails again, and is told of. */
export async function readMessages(pieces: AsyncIterable<MaildropPiece>): Promise<ReadMessages> {
  const gathered: Uint8Array[] = [];
  const numbers: number[] = [];
  const sizes: number[] = [];
  let whole = 0;
  let size = 0;
  try {
    for await (const { number, octets, last, missing } of pieces) {
      gathered.push(octets);
      size += octets.length;
      if (!last && missing !== true) continue;
      numbers.push(number);
      sizes.push(missing === true ? -1 : size);
      whole = gathered.length;
      size = 0;
    }
  } catch (error) {
    if (numbers.length === 0) throw error;
  }
  return { numbers, sizes, octets: joinedOctets(gathered.slice(0, whole)) };
}

/** One large message, read as its client takes it. */
export class LargeMessage {
  readonly #pieces: AsyncIterator<MaildropPiece>;

  constructor(pieces: AsyncIterable<MaildropPiece>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Rejects as the store does; what was read before that is not sent then: the connection is cut anyway. */
  async next(): Promise<MessagePart> {
    const gathered: Uint8Array[] = [];
    for (let size = 0; size < PART_OCTETS; ) {
      const { done, value } = await this.#pieces.next();
      if (done === true) throw new Error('the store ended it too early');
      const { octets, last, missing = false } = value;
      gathered.push(octets);
      size += octets.length;
      if (last || missing) return { octets: joinedOctets(gathered), last: true, missing };
    }
    return { octets: joinedOctets(gathered), last: false, missing: false };
  }

  /** No more of it is wanted. */
  end(): void {
    this.#pieces.return?.().catch(() => undefined);
  }
}

function joinedOctets(pieces: readonly Uint8Array[]): ArrayBuffer {
  const joined = Buffer.allocUnsafeSlow(pieces.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const piece of pieces) {
    joined.set(piece, start);
    start += piece.length;
  }
  return joined.buffer;
}
