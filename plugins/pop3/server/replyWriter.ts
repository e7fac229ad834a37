// What the server says: gathered, sent in large writes, never more ahead of a slow reader than a fixed amount.
import type { Socket } from 'node:net';
import { SLAB_SIZE, type Slabs } from './slabs.js';

/** Pieces from this size on are not copied. */
const LARGE = 16 * 1024;
/** Octets in front of a client that reads slowly; beyond them the session waits. */
const AHEAD = 256 * 1024;

export class ReplyWriter {
  readonly #socket: Socket;
  readonly #slabs: Slabs;
  #slab: Buffer | undefined;
  #used = 0;

  constructor(socket: Socket, slabs: Slabs) {
    this.#socket = socket;
    this.#slabs = slabs;
  }

  /** Adds text, one octet a character. */
  text(text: string): void {
    if (text.length > SLAB_SIZE) return this.octets(Buffer.from(text, 'latin1'));
    const slab = this.#room(text.length);
    this.#used += slab.write(text, this.#used, 'latin1');
  }

  /** Adds octets. Whoever gave them must not change them afterwards. */
  octets(octets: Uint8Array): void {
    if (octets.length >= LARGE) {
      this.flush();
      this.#send(octets);
      return;
    }
    const slab = this.#room(octets.length);
    slab.set(octets, this.#used);
    this.#used += octets.length;
  }

  /** Hands what was gathered to the system. */
  flush(): void {
    const slab = this.#slab;
    if (slab === undefined) return;
    this.#slab = undefined;
    this.#send(slab.subarray(0, this.#used), () => this.#slabs.release(slab));
  }

  /** The client has not read enough of what was sent. */
  get isBackedUp(): boolean {
    return this.#socket.writableLength > AHEAD;
  }

  /** Resolves when the client has read on, or the connection is closed. */
  async drained(): Promise<void> {
    this.flush();
    const socket = this.#socket;
    if (socket.destroyed || !socket.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        socket.off('drain', done).off('close', done);
        resolve();
      };
      socket.on('drain', done).on('close', done);
    });
  }

  #send(octets: Uint8Array, sent?: () => void): void {
    if (this.#socket.writable) this.#socket.write(octets, sent);
    else sent?.();
  }

  #room(octets: number): Buffer {
    if (this.#slab !== undefined && this.#used + octets > SLAB_SIZE) this.flush();
    if (this.#slab === undefined) {
      this.#slab = this.#slabs.take();
      this.#used = 0;
    }
    return this.#slab;
  }
}
