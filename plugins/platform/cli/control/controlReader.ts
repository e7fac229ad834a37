// Reads from a socket what was asked for and no more: a line, or so many octets. What comes meanwhile waits in the system.
import type { Socket } from 'node:net';

const LF = 0x0a;

/** More came before the line's end than the line may have. */
export class LineTooLong extends Error {}

/** One reading at a time. */
export class ControlReader {
  #waiting: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(private readonly socket: Socket) {
    socket.pause();
    socket.on('data', (chunk: Buffer) => {
      this.#waiting = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk]);
      socket.pause();
      this.#wake?.();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.on('end', end).on('close', end);
  }

  /** The next line without its end; `undefined` where the connection ends before it does. Rejects with LineTooLong. */
  async line(most: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    let length = 0;
    for (;;) {
      const chunk = await this.#next();
      if (chunk === undefined) return undefined;
      const end = chunk.indexOf(LF);
      const part = end < 0 ? chunk : chunk.subarray(0, end);
      length += part.length;
      if (length > most) throw new LineTooLong();
      parts.push(part);
      if (end < 0) continue;
      this.#waiting = chunk.subarray(end + 1);
      return Buffer.concat(parts);
    }
  }

  /** The next octets; `undefined` where the connection ends before there are so many. */
  async octets(count: number): Promise<Buffer | undefined> {
    const octets = Buffer.allocUnsafe(count);
    for (let length = 0; length < count; ) {
      const chunk = await this.#next();
      if (chunk === undefined) return undefined;
      const part = chunk.subarray(0, count - length);
      octets.set(part, length);
      length += part.length;
      this.#waiting = chunk.subarray(part.length);
    }
    return octets;
  }

  /** From here on everything that comes is thrown away, so that the end of the connection is noticed. */
  ignore(): void {
    this.socket.removeAllListeners('data');
    this.socket.resume();
  }

  async #next(): Promise<Buffer | undefined> {
    while (this.#waiting.length === 0) {
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.socket.resume();
      });
      this.#wake = undefined;
    }
    const chunk = this.#waiting;
    this.#waiting = Buffer.alloc(0);
    return chunk;
  }
}
