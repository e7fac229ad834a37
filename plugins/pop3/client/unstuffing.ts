// The end of a multi-line answer and the dots in front of its lines (RFC 1939 section 3), wherever TCP cut the stream.

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;
const CRLF_DOT = Buffer.from('\r\n.');
const CRLF = Buffer.from('\r\n');

/**
 * Only a dot behind CRLF counts, and only CRLF behind it ends the message: `LF . CRLF` inside a message is its own text, or
 * somebody could end a message early and have the rest read as answers.
 */
export class Unstuffing {
  /** What has been seen of `CRLF . CRLF` at the end of the octets so far: 0 nothing, 1 CR, 2 CRLF (a line begins), 3 dot, 4 dot CR. */
  #seen = 2;
  #isComplete = false;
  #rest: Buffer = Buffer.alloc(0);

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Octets behind the end. */
  get rest(): Buffer {
    return this.#rest;
  }

  /** Takes the next octets and answers those of the message in them, as pieces; nothing is copied. */
  take(chunk: Buffer): Buffer[] {
    const pieces: Buffer[] = [];
    let at = 0;
    while (at < chunk.length && !this.#isComplete)
      at = this.#seen >= 2 ? this.#atLineStart(chunk, at, pieces) : this.#inLine(chunk, at, pieces);
    if (this.#isComplete) this.#rest = chunk.subarray(at);
    return pieces;
  }

  /** Looks for the next line that begins with a dot; what stands before it is the message's. */
  #inLine(chunk: Buffer, at: number, pieces: Buffer[]): number {
    if (this.#seen === 1) {
      this.#seen = chunk[at] === LF ? 2 : chunk[at] === CR ? 1 : 0;
      pieces.push(chunk.subarray(at, at + 1));
      return at + 1;
    }
    const dot = chunk.indexOf(CRLF_DOT, at);
    const end = dot < 0 ? chunk.length : dot + 2;
    pieces.push(chunk.subarray(at, end));
    if (dot >= 0 || (chunk[end - 1] === LF && end - at > 1 && chunk[end - 2] === CR)) this.#seen = 2;
    else this.#seen = chunk[end - 1] === CR ? 1 : 0;
    return end;
  }

  #atLineStart(chunk: Buffer, at: number, pieces: Buffer[]): number {
    const octet = chunk[at];
    if (this.#seen === 2) {
      this.#seen = octet === DOT ? 3 : 0;
      return octet === DOT ? at + 1 : at;
    }
    if (this.#seen === 3) {
      // The first dot of a line is not the message's; what follows it is, unless it is CRLF.
      this.#seen = octet === CR ? 4 : 0;
      return octet === CR ? at + 1 : at;
    }
    if (octet === LF) {
      this.#isComplete = true;
      return at + 1;
    }
    // Dot, CR, something else: the CR was text.
    pieces.push(CRLF.subarray(0, 1));
    this.#seen = 1;
    return at;
  }
}
