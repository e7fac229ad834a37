// Output buffers that are used again: answers are gathered in them, so that many leave in one write.

export const SLAB_SIZE = 64 * 1024;
/** Slabs kept for the next use: 4 MB. */
const KEPT = 64;

export class Slabs {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(SLAB_SIZE);
  }

  release(slab: Buffer): void {
    if (this.#free.length < KEPT) this.#free.push(slab);
  }
}
