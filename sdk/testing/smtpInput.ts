// The client's side of an SMTP connection: command lines, and the octets of a message up to the final dot.
import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';

const END_OF_TEXT = '\r\n.\r\n';

export class SmtpInput {
  #octets: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;
  readonly #onData = (piece: Buffer): void => {
    this.#octets = this.#octets.length > 0 ? Buffer.concat([this.#octets, piece]) : piece;
    // Nothing more is read from the line before this is used up: a client that talks on waits, as with a real server.
    this.socket.pause();
    this.#wake();
  };
  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake();
  };

  constructor(private readonly socket: Socket) {
    socket.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onEnd);
  }

  /** A command is here already: the client did not wait for the answer before. */
  get isPipelined(): boolean {
    return this.#octets.includes(0x0a);
  }

  /** The next command line, without its end; `undefined` after the connection ended. */
  async line(): Promise<string | undefined> {
    for (let end = this.#octets.indexOf(0x0a); ; end = this.#octets.indexOf(0x0a)) {
      if (end >= 0) {
        const line = this.#take(end + 1).toString('utf8');
        return line.replace(/\r?\n$/, '');
      }
      if (!(await this.#more())) return undefined;
    }
  }

  /**
   * A message's octets, dot-stuffing removed; `undefined` where the connection ended before the final dot. Where `limit` octets of it have been
   * read, it answers what there is by then.
   */
  async text(limit = Number.POSITIVE_INFINITY): Promise<Buffer | undefined> {
    const pieces: Buffer[] = [];
    let length = 0;
    // As if the line end of DATA belonged to the text: then a dot alone in the first line ends it too.
    let tail = '\r\n';
    for (;;) {
      const piece = this.#take(this.#octets.length);
      const seen = tail + piece.toString('latin1');
      const end = seen.indexOf(END_OF_TEXT);
      if (end >= 0) {
        const taken = end + END_OF_TEXT.length - tail.length;
        pieces.push(piece.subarray(0, taken));
        this.#octets = piece.subarray(taken);
        return unstuffed(Buffer.concat(pieces).subarray(0, -'.\r\n'.length));
      }
      pieces.push(piece);
      length += piece.length;
      tail = seen.slice(1 - END_OF_TEXT.length);
      if (length >= limit) return unstuffed(Buffer.concat(pieces));
      if (!(await this.#more())) return undefined;
    }
  }

  /** Stops reading, so that TLS can take the connection over. What came with STARTTLS in one piece is dropped (RFC 3207 section 4.2). */
  detach(): void {
    this.socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onEnd);
    this.#octets = Buffer.alloc(0);
  }

  #take(length: number): Buffer {
    const taken = this.#octets.subarray(0, length);
    this.#octets = this.#octets.subarray(length);
    return taken;
  }

  async #more(): Promise<boolean> {
    const before = this.#octets.length;
    while (this.#octets.length === before && !this.#ended) {
      const arrived = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.socket.resume();
      await arrived;
    }
    return this.#octets.length > before;
  }
}

function unstuffed(octets: Buffer): Buffer {
  if (!octets.includes('\r\n.') && octets[0] !== 0x2e) return octets;
  return Buffer.from(octets.toString('latin1').replace(/(^|\r\n)\./g, '$1'), 'latin1');
}
