// The end of a message, and the dots in front of its lines, from a server that ends all its lines with LF alone. unstuffing.ts has what RFC 1939 demands.

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;
const LF_DOT = Buffer.from('\n.');
const CRLF = Buffer.from('\r\n');

/**
 * `LF . LF` ends the message, as long as no line of it ends with CRLF: where both are lines, the server escapes the dots of one kind only, and a
 * sender could end a message early.
 */
export class BareUnstuffing {
  /** A line begins, its first dot has been taken off, or anything else. */
  #place: 'start' | 'dot' | 'within' = 'start';
  #last = 0;
  #isMixed = false;
  #isComplete = false;
  #rest: Buffer = Buffer.alloc(0);

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** A line ended with CRLF: where the message ends can't be known. */
  get isMixed(): boolean {
    return this.#isMixed;
  }

  /** Octets behind the end. */
  get rest(): Buffer {
    return this.#rest;
  }

  /** As Unstuffing.take. */
  take(chunk: Buffer): Buffer[] {
    const pieces: Buffer[] = [];
    let at = 0;
    while (at < chunk.length && !this.#isComplete && !this.#isMixed) {
      if (this.#place === 'within') at = this.#inLine(chunk, at, pieces);
      else if (this.#place === 'start' && chunk[at] === DOT) {
        this.#place = 'dot';
        at += 1;
      } else if (this.#place === 'dot' && chunk[at] === LF) {
        this.#isComplete = true;
        at += 1;
      } else this.#place = 'within';
      this.#last = chunk[at - 1] ?? this.#last;
    }
    if (this.#isComplete) this.#rest = chunk.subarray(at);
    return pieces;
  }

  #inLine(chunk: Buffer, at: number, pieces: Buffer[]): number {
    const dot = chunk.indexOf(LF_DOT, at);
    const end = dot < 0 ? chunk.length : dot + 1;
    const piece = chunk.subarray(at, end);
    this.#isMixed = piece.includes(CRLF) || (this.#last === CR && piece[0] === LF);
    pieces.push(piece);
    this.#place = chunk[end - 1] === LF ? 'start' : 'within';
    return end;
  }
}
