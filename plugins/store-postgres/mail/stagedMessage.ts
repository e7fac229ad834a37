// A message on its way in: small ones wait in memory for their commit, large ones go to the database piece by piece, unseen until their message row is there.
// Pieces without a row belong to the server that takes the message in, and go with it.
import { PostroomError } from '@postroom/sdk';
import type { StagedBody } from '@postroom/sdk/services';
import { octetsPassed } from '../engine/bufferPressure.js';
import { bigintOctets, integerOctets } from '../engine/copyIn.js';
import type { Database, Statements } from '../engine/database.js';
import type { Discards } from './discards.js';
import { PIECE_OCTETS, readPieces } from './pieces.js';

/** What one message holds in memory; a whole number of pieces. */
const IN_MEMORY = 4 * PIECE_OCTETS;

export interface BodyPiece {
  readonly message: number;
  readonly piece: number;
  readonly octets: Uint8Array;
}

export class StagedMessage implements StagedBody {
  #size = 0;
  /** Octets that are not in the database yet. */
  #held: Uint8Array[] = [];
  #heldSize = 0;
  /** Pieces in the database, for certain. */
  #spilled = 0;
  /** `unsure`: some may be under way that nobody answered for. */
  #ahead: 'none' | 'some' | 'unsure' = 'none';
  #spilling: Promise<void> | undefined;
  #state: 'open' | 'committed' | 'discarded' = 'open';

  constructor(
    readonly number: number,
    private readonly database: Database,
    private readonly discards: Discards,
    private readonly server: { readonly id: number },
  ) {}

  get id(): string {
    return String(this.number);
  }

  get size(): number {
    return this.#size;
  }

  /** Pieces went ahead of the commit. */
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
    const pieces = this.#spilled;
    const held = this.#held.slice();
    if (pieces > 0) yield* readPieces(this.database, this.number, 0, pieces * PIECE_OCTETS);
    let left = end - pieces * PIECE_OCTETS;
    for (const octets of held) {
      const wanted = octets.subarray(0, left);
      left -= wanted.length;
      for (let from = 0; from < wanted.length; from += PIECE_OCTETS) yield wanted.subarray(from, from + PIECE_OCTETS);
    }
  }

  /** Where its commit may have been stored this leaves alone what was: pieces go only with the row that says that they are on their way. */
  async discard(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'discarded';
    await this.#spilling?.catch(() => undefined);
    this.#release();
    if (this.#ahead !== 'none') await this.discards.drop(this.number, this.#ahead === 'unsure');
  }

  /** The pieces that the commit has to add, once nothing is under way to the database. */
  async lastPieces(): Promise<readonly BodyPiece[]> {
    if (this.#state !== 'open') throw new PostroomError('store/failed', `Message ${this.id} is ${this.#state} already.`);
    await this.#spilling;
    const whole = this.#held.length === 1 && this.#held[0] !== undefined ? this.#held[0] : Buffer.concat(this.#held, this.#heldSize);
    this.#held = [whole];
    return split(whole).map((octets, index) => ({ message: this.number, piece: this.#spilled + index, octets }));
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
      const pieces = split(buffer);
      this.#ahead = 'unsure';
      await this.database.transaction((statements) => this.#add(statements, pieces));
      this.#ahead = 'some';
      // What was added meanwhile stands behind.
      this.#held = withoutFront(this.#held, IN_MEMORY);
      this.#heldSize -= IN_MEMORY;
      octetsPassed(IN_MEMORY);
      this.#spilled += pieces.length;
    }
  }

  /** The row that says whose they are is there until they are. */
  async #add(statements: Statements, pieces: readonly Uint8Array[]): Promise<void> {
    if (this.#spilled === 0) {
      await statements.run('INSERT INTO spill (message_id, server_id) VALUES ($1, $2)', [this.number, this.server.id]);
    } else {
      const rows = await statements.rows('SELECT 1 FROM spill WHERE message_id = $1 FOR UPDATE', [this.number]);
      if (rows.length === 0) throw sweptAway(this.number);
    }
    const message = bigintOctets(this.number);
    const rows = pieces.map((octets, index) => [message, integerOctets(this.#spilled + index), octets]);
    await statements.copyIn('chunk (message_id, piece, octets)', rows);
  }

  #release(): void {
    this.#held = [];
    this.#heldSize = 0;
  }
}

/** The store took this server for gone, and another one cleared up what was half there. */
export function sweptAway(message: number): PostroomError {
  return new PostroomError(
    'lease/lost',
    `The store had not heard of this server for so long that it let go of message ${message}, which was on its way in. It has to come again.`,
    { message },
  );
}

function split(octets: Uint8Array): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < octets.length; from += PIECE_OCTETS) pieces.push(octets.subarray(from, from + PIECE_OCTETS));
  return pieces;
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
