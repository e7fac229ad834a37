// A message on its way in: small ones wait in memory for their commit, large ones go to the database piece by piece,
// unseen until their message row is there. A crash leaves pieces without a row, which bear the server's number; the next start sweeps them.
import { PostroomError } from '@postroom/sdk';
import type { StagedBody } from '@postroom/sdk/services';
import { octetsPassed } from '../engine/bufferPressure.js';
import type { Readers } from '../engine/readers.js';
import type { ChunkRow } from '../engine/tables.js';
import type { WriteQueue } from '../engine/writeQueue.js';
import { CHUNK_OCTETS, chunkId, dropSpilled, readChunks } from './chunks.js';

/** What one message holds in memory; a whole number of rows. */
const IN_MEMORY = 4 * CHUNK_OCTETS;

export class StagedMessage implements StagedBody {
  #size = 0;
  /** Octets that are not in the database yet. */
  #held: Uint8Array[] = [];
  #heldSize = 0;
  #spilled = 0;
  #spilling: Promise<void> | undefined;
  #state: 'open' | 'committed' | 'discarded' = 'open';

  constructor(
    readonly number: number,
    private readonly server: number,
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
  ) {}

  get id(): string {
    return String(this.number);
  }

  get size(): number {
    return this.#size;
  }

  /** Rows went ahead of the commit. */
  get hasSpilled(): boolean {
    return this.#spilled > 0;
  }

  append(octets: Uint8Array): Promise<void> | undefined {
    if (this.#state !== 'open') throw new PostroomError('store/failed', `Message ${this.id} is ${this.#state}; it takes no more octets.`);
    this.#held.push(octets);
    this.#heldSize += octets.length;
    this.#size += octets.length;
    if (this.#heldSize < IN_MEMORY) return undefined;
    if (this.#spilling === undefined) {
      this.#spilling = this.#spill().finally(() => {
        this.#spilling = undefined;
      });
      // The caller has the promise too; one that does not look must not end the process.
      this.#spilling.catch(() => undefined);
    }
    return this.#spilling;
  }

  async *read(): AsyncGenerator<Uint8Array> {
    await this.#spilling;
    const end = this.#size;
    const rows = this.#spilled;
    const held = this.#held.slice();
    if (rows > 0) yield* readChunks(this.readers, this.number, 0, rows * CHUNK_OCTETS);
    let left = end - rows * CHUNK_OCTETS;
    for (const octets of held) {
      const wanted = octets.subarray(0, left);
      left -= wanted.length;
      for (let from = 0; from < wanted.length; from += CHUNK_OCTETS) yield wanted.subarray(from, from + CHUNK_OCTETS);
    }
  }

  async discard(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'discarded';
    await this.#spilling?.catch(() => undefined);
    this.#release();
    if (this.#spilled === 0) return;
    await this.queue.write({
      makesRoom: true,
      run: (writer) => dropSpilled(writer, this.number),
    });
  }

  /** The rows that the commit has to add, once nothing is under way to the database. */
  async lastRows(): Promise<readonly ChunkRow[]> {
    if (this.#state !== 'open') throw new PostroomError('store/failed', `Message ${this.id} is ${this.#state} already.`);
    await this.#spilling;
    const whole = this.#held.length === 1 && this.#held[0] !== undefined ? this.#held[0] : Buffer.concat(this.#held, this.#heldSize);
    this.#held = [whole];
    return rowsOf(this.number, this.#spilled, whole);
  }

  committed(): void {
    this.#state = 'committed';
    this.#release();
  }

  async #spill(): Promise<void> {
    // One buffer for all rounds: fresh ones would pile up until the next garbage collection.
    const buffer = Buffer.allocUnsafeSlow(IN_MEMORY);
    while (this.#heldSize >= IN_MEMORY) {
      copyFront(this.#held, buffer);
      const rows = rowsOf(this.number, this.#spilled, buffer);
      await this.queue.write({
        octets: IN_MEMORY,
        stage: (group) => {
          if (this.#spilled === 0) group.insert('spill', { message_id: this.number, server: this.server });
          for (const row of rows) group.insert('chunk', row);
        },
      });
      // What was added meanwhile stands behind.
      this.#held = withoutFront(this.#held, IN_MEMORY);
      this.#heldSize -= IN_MEMORY;
      octetsPassed(IN_MEMORY);
      this.#spilled += rows.length;
    }
  }

  #release(): void {
    this.#held = [];
    this.#heldSize = 0;
  }
}

/** Rows from the `first` on. */
function rowsOf(message: number, first: number, octets: Uint8Array): readonly ChunkRow[] {
  const rows: ChunkRow[] = [];
  for (let from = 0; from < octets.length; from += CHUNK_OCTETS) {
    rows.push({ id: chunkId(message, first + rows.length), octets: octets.subarray(from, from + CHUNK_OCTETS) });
  }
  return rows;
}

/** Fills `into` with the first octets of `pieces`. */
function copyFront(pieces: readonly Uint8Array[], into: Uint8Array): void {
  let filled = 0;
  for (const piece of pieces) {
    if (filled === into.length) return;
    const part = piece.subarray(0, into.length - filled);
    into.set(part, filled);
    filled += part.length;
  }
}

function withoutFront(pieces: readonly Uint8Array[], octets: number): Uint8Array[] {
  let left = octets;
  return pieces.flatMap((piece) => {
    const skipped = Math.min(left, piece.length);
    left -= skipped;
    return skipped === piece.length ? [] : [piece.subarray(skipped)];
  });
}
