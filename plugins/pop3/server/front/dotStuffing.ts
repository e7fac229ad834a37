// The multi-line form of a message (RFC 1939 section 3): a line that begins with a dot gets a second one, a dot alone ends it.
import type { ReplyWriter } from './replyWriter.js';

const LF_DOT = Buffer.from('\n.');
const DOT = 0x2e;
const LF = 0x0a;
const CR = 0x0d;

/** Writes one message. Clean octets are found by native search and go through as they are. */
export class StuffedBody {
  readonly #out: ReplyWriter;
  #last = LF;
  #beforeLast = CR;

  constructor(out: ReplyWriter) {
    this.#out = out;
  }

  write(octets: Uint8Array): void {
    const piece = Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
    if (piece.length === 0) return;
    if (this.#last === LF && piece[0] === DOT) this.#out.text('.');
    let start = 0;
    for (let at = piece.indexOf(LF_DOT); at >= 0; at = piece.indexOf(LF_DOT, start)) {
      this.#out.octets(piece.subarray(start, at + 1));
      this.#out.text('.');
      start = at + 1;
    }
    this.#out.octets(start === 0 ? piece : piece.subarray(start));
    this.#beforeLast = piece.length > 1 ? (piece[piece.length - 2] ?? 0) : this.#last;
    this.#last = piece[piece.length - 1] ?? 0;
  }

  /** Ends the message; one that does not end with a line end gets one, or the dot would be part of its last line. */
  end(): void {
    this.#out.text(this.#last === LF && this.#beforeLast === CR ? '.\r\n' : '\r\n.\r\n');
  }
}
