// A message on its way in: small ones wait in memory for their commit, large ones go to the engine piece by piece, unseen until their message row is there.
// Pieces without a row belong to the server that takes the message in, and go with it.
import { PostroomError } from '../errors.js';
import type { IntakeUnit, StagedBody } from '../services/store/mailStore.js';
import { octetsPassed } from './bufferPressure.js';

/** Where an engine keeps octets ahead of their commit. */
export interface StagingArea {
  /** Octets of each piece but the last. */
  readonly pieceOctets: number;
  /** Stores whole pieces of a message, `first` being the place of the first one: all of them or none. Nobody sees them before the message has its row. */
  add(message: number, first: number, pieces: readonly Uint8Array[]): Promise<void>;
  /** The first `octets` of a message, which were added before. */
  read(message: number, octets: number): AsyncIterable<Uint8Array>;
  /** Removes the pieces of a message that will not be stored. Where it was stored all the same, its answer lost, nothing of it may go. */
  drop(message: number, added: AddedPieces): Promise<void>;
}

export interface AddedPieces {
  /** Pieces that are there for certain. */
  readonly count: number;
  /** More may be under way: nobody answered for them. */
  readonly mayFollow: boolean;
}

/** What the commit of a message has to add. */
export interface LastPieces {
  /** Place of the first one. */
  readonly first: number;
  readonly pieces: readonly Uint8Array[];
}

/** Pieces of one message in memory. */
const PIECES_HELD = 4;

export class StagedMessage implements StagedBody {
  #size = 0;
  /** Octets that the engine does not have yet. */
  #held: Uint8Array[] = [];
  #heldSize = 0;
  #added = 0;
  #mayFollow = false;
  #spilling: Promise<void> | undefined;
  #state: 'open' | 'committed' | 'discarded' = 'open';

  constructor(
    readonly number: number,
    readonly area: StagingArea,
  ) {}

  get id(): string {
    return String(this.number);
  }

  get size(): number {
    return this.#size;
  }

  /** Pieces went ahead of the commit. */
  get hasSpilled(): boolean {
    return this.#added > 0;
  }

  append(octets: Uint8Array): Promise<void> | undefined {
    if (this.#state !== 'open') throw new PostroomError('store/failed', `Message ${this.id} is ${this.#state}; it takes no more octets.`);
    this.#held.push(octets);
    this.#heldSize += octets.length;
    this.#size += octets.length;
    if (this.#heldSize < this.#mostHeld) return undefined;
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
    const added = this.#added * this.area.pieceOctets;
    const held = this.#held.slice();
    let left = this.#size - added;
    if (added > 0) yield* this.area.read(this.number, added);
    for (const octets of held) {
      const wanted = octets.subarray(0, left);
      left -= wanted.length;
      yield* split(wanted, this.area.pieceOctets);
    }
  }

  async discard(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'discarded';
    await this.#spilling?.catch(() => undefined);
    this.#release();
    if (this.#added > 0 || this.#mayFollow) await this.area.drop(this.number, { count: this.#added, mayFollow: this.#mayFollow });
  }

  /** What the commit has to add, once nothing is under way to the engine. */
  async lastPieces(): Promise<LastPieces> {
    if (this.#state !== 'open') throw new PostroomError('store/failed', `Message ${this.id} is ${this.#state} already.`);
    await this.#spilling;
    const whole = this.#held.length === 1 && this.#held[0] !== undefined ? this.#held[0] : Buffer.concat(this.#held, this.#heldSize);
    this.#held = [whole];
    return { first: this.#added, pieces: split(whole, this.area.pieceOctets) };
  }

  /** To be called after the commit. */
  committed(): void {
    this.#state = 'committed';
    this.#release();
  }

  get #mostHeld(): number {
    return PIECES_HELD * this.area.pieceOctets;
  }

  async #spill(): Promise<void> {
    const octets = this.#mostHeld;
    // One buffer for all rounds: fresh ones would pile up until the next garbage collection.
    const buffer = Buffer.allocUnsafeSlow(octets);
    while (this.#heldSize >= octets) {
      copyFront(this.#held, buffer);
      const pieces = split(buffer, this.area.pieceOctets);
      this.#mayFollow = true;
      await this.area.add(this.number, this.#added, pieces);
      this.#mayFollow = false;
      // What was added meanwhile stands behind.
      this.#held = withoutFront(this.#held, octets);
      this.#heldSize -= octets;
      octetsPassed(octets);
      this.#added += pieces.length;
    }
  }

  #release(): void {
    this.#held = [];
    this.#heldSize = 0;
  }
}

/** The body of a unit: staged in `area`, and described by the unit's message. */
export function stagedBodyOf({ body, message }: IntakeUnit, area: StagingArea): StagedMessage {
  if (!(body instanceof StagedMessage) || body.area !== area)
    throw new TypeError('The body of an intake comes from stage() of the same store.');
  if (message.id !== body.id || message.size !== body.size) {
    throw new RangeError(
      `Message ${message.id} of ${message.size} octets does not describe the staged body ${body.id} of ${body.size} octets.`,
    );
  }
  return body;
}

function split(octets: Uint8Array, size: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < octets.length; from += size) pieces.push(octets.subarray(from, from + size));
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
