// The client's side of a POP3 connection as lines, each with the time of its arrival.
import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';

/** A command line as it came. */
export interface ArrivedLine {
  readonly text: string;
  /** Milliseconds of performance.now(). */
  readonly at: number;
}

/** Cuts what a socket receives into lines (CRLF or LF) and hands them out one by one. */
export class Pop3Lines {
  #rest = Buffer.alloc(0);
  readonly #arrived: ArrivedLine[] = [];
  #waiting: ((line: ArrivedLine | undefined) => void) | undefined;
  #ended = false;
  #socket: Socket;

  readonly #onData = (piece: Buffer): void => this.#take(piece);
  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#waiting?.(undefined);
    this.#waiting = undefined;
  };

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#attach();
  }

  /** A line is here already: the client did not wait for the answer before. */
  get pipelined(): boolean {
    return this.#arrived.length > 0;
  }

  /** The next line; `undefined` after the connection ended. */
  next(): Promise<ArrivedLine | undefined> {
    const line = this.#arrived.shift();
    if (line || this.#ended) return Promise.resolve(line);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Stops reading, so that TLS can take the connection over. What came with STLS in one piece is dropped (RFC 2595 section 4). */
  detach(): void {
    this.#socket.off('data', this.#onData).off('close', this.#onEnd).off('end', this.#onEnd);
    this.#arrived.length = 0;
    this.#rest = Buffer.alloc(0);
  }

  /** Reads on from another socket: the same connection inside TLS. */
  attach(socket: Socket): void {
    this.#socket = socket;
    this.#attach();
  }

  #attach(): void {
    this.#socket.on('data', this.#onData).on('close', this.#onEnd).on('end', this.#onEnd);
  }

  #take(piece: Buffer): void {
    const at = performance.now();
    let octets = this.#rest.length > 0 ? Buffer.concat([this.#rest, piece]) : piece;
    for (let end = octets.indexOf(0x0a); end >= 0; end = octets.indexOf(0x0a)) {
      const line = { text: octets.toString('utf8', 0, end).replace(/\r$/, ''), at };
      octets = octets.subarray(end + 1);
      if (this.#waiting) {
        const waiting = this.#waiting;
        this.#waiting = undefined;
        waiting(line);
      } else this.#arrived.push(line);
    }
    this.#rest = Buffer.from(octets);
  }
}
