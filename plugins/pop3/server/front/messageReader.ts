// Reads messages for RETR and TOP. Small ones are read several at a time, ahead of a client that takes them in order: one
// query then serves many commands, which is what makes this server faster than one that opens a file for each.
import type { OpenMaildrop } from '../pop3Desk.js';

/** Larger messages are streamed and never read ahead. */
export const SMALL_MESSAGE = 64 * 1024;
/** Messages and octets of one reading. */
const BATCH_MESSAGES = 64;
const BATCH_OCTETS = 512 * 1024;
/** Messages read ahead of the first RETR; doubled while the client goes on in order. */
const FIRST_WINDOW = 8;
const LARGEST_WINDOW = 64;

/** Octets that all sessions together may hold ready. */
export class ReadAheadBudget {
  #left: number;

  constructor(octets: number) {
    this.#left = octets;
  }

  take(octets: number): boolean {
    if (octets > this.#left) return false;
    this.#left -= octets;
    return true;
  }

  giveBack(octets: number): void {
    this.#left += octets;
  }

  fits(octets: number): boolean {
    return octets <= this.#left;
  }
}

export class MessageReader {
  readonly #maildrop: OpenMaildrop;
  readonly #budget: ReadAheadBudget;
  readonly #isDeleted: (number: number) => boolean;
  readonly #ready = new Map<number, Buffer>();
  #held = 0;
  #window = FIRST_WINDOW;
  #expected = 0;

  constructor(maildrop: OpenMaildrop, budget: ReadAheadBudget, isDeleted: (number: number) => boolean) {
    this.#maildrop = maildrop;
    this.#budget = budget;
    this.#isDeleted = isDeleted;
  }

  /** A message that has been read; it is held no longer. */
  take(number: number): Buffer | undefined {
    const message = this.#ready.get(number);
    if (message === undefined) return undefined;
    this.#ready.delete(number);
    this.#giveBack(message.length);
    this.#expected = number + 1;
    return message;
  }

  /**
   * Reads a small message, and with it those that the client is about to ask for: `upcoming` for certain, the following ones
   * where it goes on in order. Answers `undefined` for a message that is gone. Rejects as OpenMaildrop.read does, where it is this message that failed.
   */
  async read(number: number, upcoming: readonly number[]): Promise<Buffer | undefined> {
    if (this.#held > BATCH_OCTETS) this.clear();
    const numbers = this.#batch(number, upcoming);
    let pieces: Uint8Array[] = [];
    let wanted: Buffer | undefined;
    let wantedIsRead = false;
    try {
      for await (const piece of this.#maildrop.read(numbers)) {
        if (piece.octets.length > 0) pieces.push(piece.octets);
        if (!piece.last && piece.missing !== true) continue;
        const whole = piece.missing === true ? undefined : joined(pieces);
        pieces = [];
        if (piece.number === number) {
          wanted = whole;
          wantedIsRead = true;
        } else if (whole !== undefined) {
          this.#hold(piece.number, whole);
        }
      }
    } catch (error) {
      // A failure further on concerns a message that was not asked for yet: its own RETR will meet it again and report it.
      if (!wantedIsRead) throw error;
    }
    this.#expected = number + 1;
    return wanted;
  }

  /** Lets go of everything that was read ahead. */
  clear(): void {
    this.#ready.clear();
    this.#giveBack(this.#held);
  }

  #batch(number: number, upcoming: readonly number[]): number[] {
    const inOrder = number === this.#expected || this.#expected === 0;
    this.#window = inOrder && this.#expected !== 0 ? Math.min(this.#window * 2, LARGEST_WINDOW) : FIRST_WINDOW;
    const maildrop = this.#maildrop;
    const batch = [number];
    let octets = maildrop.size(number);
    const add = (next: number): boolean => {
      if (next < 1 || next > maildrop.count || this.#isDeleted(next) || this.#ready.has(next) || batch.includes(next)) return true;
      const size = maildrop.size(next);
      if (size > SMALL_MESSAGE) return true;
      if (batch.length >= BATCH_MESSAGES || octets + size > BATCH_OCTETS || !this.#budget.fits(octets + size)) return false;
      batch.push(next);
      octets += size;
      return true;
    };
    const hasRoom = upcoming.every(add);
    if (hasRoom && upcoming.length === 0 && inOrder) {
      for (let next = number + 1; next < number + this.#window && add(next); next += 1);
    }
    return batch;
  }

  #hold(number: number, message: Buffer): void {
    if (!this.#budget.take(message.length)) return;
    this.#held += message.length;
    this.#ready.set(number, message);
  }

  #giveBack(octets: number): void {
    this.#budget.giveBack(octets);
    this.#held -= octets;
  }
}

function joined(pieces: readonly Uint8Array[]): Buffer {
  const [first] = pieces;
  if (first === undefined) return Buffer.alloc(0);
  if (pieces.length > 1) return Buffer.concat(pieces);
  return Buffer.isBuffer(first) ? first : Buffer.from(first.buffer, first.byteOffset, first.byteLength);
}
