// TOP (RFC 1939 section 7): the header, the empty line and the first lines of the body, found piece by piece.

const LF = 0x0a;
const CR = 0x0d;

/** Says of each piece of a message how much of it belongs to the answer. */
export class TopLines {
  #bodyLinesLeft: number;
  #inHeader = true;
  /** Octets of the present line that stood in earlier pieces; a lone CR counts as an empty line's beginning. */
  #lineLength = 0;
  #lineIsCr = false;

  constructor(bodyLines: number) {
    this.#bodyLinesLeft = bodyLines;
  }

  /** Nothing more belongs to the answer. */
  get isComplete(): boolean {
    return !this.#inHeader && this.#bodyLinesLeft === 0;
  }

  /** Octets of the piece, from its beginning, that belong to the answer. */
  take(piece: Buffer): number {
    let start = 0;
    while (!this.isComplete) {
      const end = piece.indexOf(LF, start);
      if (end < 0) {
        this.#lineIsCr = this.#lineLength === 0 && piece.length - start === 1 && piece[start] === CR;
        this.#lineLength += piece.length - start;
        return piece.length;
      }
      if (!this.#inHeader) this.#bodyLinesLeft -= 1;
      else if (this.#isEmpty(piece, start, end)) this.#inHeader = false;
      this.#lineLength = 0;
      this.#lineIsCr = false;
      start = end + 1;
    }
    return start;
  }

  #isEmpty(piece: Buffer, start: number, end: number): boolean {
    if (this.#lineLength > 0) return this.#lineIsCr && end === start;
    return end === start || (end === start + 1 && piece[start] === CR);
  }
}
