// What the server says: gathered, sent in large writes, never more ahead of a slow reader than a fixed amount.
import type { Socket } from 'node:net';
import { SLAB_SIZE, type Slabs } from './slabs.js';

/** Pieces from this size on are not copied. */
const LARGE = 16 * 1024;
/** Octets in front of a client that reads slowly; beyond them the session waits. Of a client without a login there are many, and it needs little. */
export const AHEAD = 256 * 1024;
export const AHEAD_OF_STRANGER = 16 * 1024;
/** Gathered answers up to this size are copied out of their slab: a client that does not read would hold a whole one for each. */
const SMALL = 16 * 1024;

export class ReplyWriter {
  readonly #socket: Socket;
  readonly #slabs: Slabs;
  #slab: Buffer | undefined;
  #used = 0;
  #ahead = AHEAD_OF_STRANGER;

  constructor(socket: Socket, slabs: Slabs) {
    this.#socket = socket;
    this.#slabs = slabs;
  }

  /** The client has logged in. */
  loggedIn(): void {
    this.#ahead = AHEAD;
  }

  /** Adds text, one octet a character. */
  text(text: string): void {
    if (text.length > SLAB_SIZE) return this.octets(Buffer.from(text, 'latin1'));
    const slab = this.#room(text.length);
    this.#used += slab.write(text, this.#used, 'latin1');
  }

  /** Adds octets. The caller must not change them afterwards. */
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
    const octets = slab.subarray(0, this.#used);
    // Where nothing waits, the system takes it at once.
    if (octets.length > SMALL || this.#socket.writableLength === 0) return this.#send(octets, () => this.#slabs.release(slab));
    this.#send(Buffer.from(octets));
    this.#slabs.release(slab);
  }

  /** The client has not read enough of what was sent. */
  get isBackedUp(): boolean {
    return this.#socket.writableLength > this.#ahead;
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
