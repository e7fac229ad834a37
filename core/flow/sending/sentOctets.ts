// The octets of a message that was sent, for the taps that hear of it afterwards: by then the store may have let go of it.

/** Octets from the front that are kept: a header, and most messages whole. */
const KEPT_OCTETS = 256 * 1024;

export class SentOctets {
  #kept: readonly Uint8Array[] = [];
  #size = 0;
  #isWhole = false;

  constructor(private readonly source: () => AsyncIterable<Uint8Array>) {}

  /** The octets to send; the first ones of the longest reading are kept. */
  async *send(): AsyncGenerator<Uint8Array, void, undefined> {
    const pieces: Uint8Array[] = [];
    let size = 0;
    let isKept = true;
    for await (const piece of this.source()) {
      if (size < KEPT_OCTETS) {
        pieces.push(piece);
        size += piece.length;
        if (size > this.#size) {
          this.#kept = pieces;
          this.#size = size;
        }
      } else isKept = false;
      yield piece;
    }
    this.#isWhole ||= isKept && this.#size === size;
  }

  /** The same again. Beyond what is kept it comes from the store, as long as the message is there. */
  async *again(): AsyncGenerator<Uint8Array, void, undefined> {
    const [kept, size] = [[...this.#kept], this.#size];
    yield* kept;
    if (this.#isWhole) return;
    let passed = 0;
    for await (const piece of this.source()) {
      const end = passed + piece.length;
      if (end > size) yield piece.subarray(Math.max(0, size - passed));
      passed = end;
    }
  }
}
