// A mailbox that the main thread holds for a session in a door: its sizes are here, its octets come as they are asked for.
import { PostroomError } from '@postroom/sdk';
import type { MaildropPiece } from '@postroom/sdk/services';
import { SMALL_MESSAGE } from '../front/messageReader.js';
import type { OpenMaildrop, UniqueIds } from '../pop3Desk.js';
import { linesOf } from './idLines.js';
import type { PickUpNotes } from './pickUpNotes.js';
import type { OfVisit, Pop3DeskLine } from './questions.js';

export interface DistantMaildropParts extends OfVisit {
  readonly desk: Pop3DeskLine;
  readonly notes: PickUpNotes;
  /** For people. */
  readonly name: string;
  readonly sizes: Float64Array;
}

export class DistantMaildrop implements OpenMaildrop {
  readonly name: string;
  readonly #parts: DistantMaildropParts;
  readonly #lost = new AbortController();
  #ids: UniqueIds | undefined;

  constructor(parts: DistantMaildropParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  get count(): number {
    return this.#parts.sizes.length;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  lose(reason: string): void {
    this.#lost.abort(new PostroomError('lease/lost', reason));
  }

  size(number: number): number {
    const size = this.#parts.sizes[number - 1];
    if (size === undefined) throw new RangeError(`There is no message ${number} in a maildrop of ${this.count}.`);
    return size;
  }

  uniqueIds(): UniqueIds | Promise<UniqueIds> {
    return this.#ids ?? this.#askForIds();
  }

  /** Small messages come together, a large one in parts. */
  read(numbers: readonly number[]): AsyncIterable<MaildropPiece> {
    const [first] = numbers;
    const isLarge = numbers.length === 1 && first !== undefined && this.size(first) > SMALL_MESSAGE;
    return isLarge ? this.#readLarge(first) : this.#readSmall(numbers);
  }

  async remove(numbers: readonly number[]): Promise<void> {
    this.#parts.notes.tell();
    await this.#parts.desk.ask('remove', { visit: this.#parts.visit, numbers });
  }

  picked(numbers: readonly number[]): void {
    this.#parts.notes.add(this.#parts.visit, numbers);
  }

  /** Where the main thread is gone, so is its hold on the mailbox. */
  async close(): Promise<void> {
    this.#parts.notes.tell();
    await this.#parts.desk.ask('close', { visit: this.#parts.visit }).catch(() => undefined);
  }

  async #askForIds(): Promise<UniqueIds> {
    this.#ids = linesOf(await this.#parts.desk.ask('ids', { visit: this.#parts.visit }));
    return this.#ids;
  }

  async *#readSmall(wanted: readonly number[]): AsyncGenerator<MaildropPiece> {
    const { numbers, sizes, octets } = await this.#parts.desk.ask('read', { visit: this.#parts.visit, numbers: wanted });
    let start = 0;
    for (const [index, number] of numbers.entries()) {
      const size = sizes[index] ?? 0;
      if (size < 0) yield { number, octets: Buffer.alloc(0), last: true, missing: true };
      else yield { number, octets: Buffer.from(octets, start, size), last: true };
      start += Math.max(size, 0);
    }
  }

  /** The next part is under way while this one is sent: two parts are in memory, and none waits on the main thread. */
  async *#readLarge(number: number): AsyncGenerator<MaildropPiece> {
    const { desk, visit } = this.#parts;
    let isOver = false;
    try {
      let ahead = desk.ask('large', { visit, number });
      while (!isOver) {
        const { octets, last, missing } = await ahead;
        isOver = last;
        if (!last) {
          ahead = desk.ask('more', { visit });
          // A client that goes leaves this one behind.
          ahead.catch(() => undefined);
        }
        yield { number, octets: Buffer.from(octets), last, ...(missing && { missing }) };
      }
    } finally {
      if (!isOver) desk.tell('enough', { visit });
    }
  }
}
