// What clients in a door have picked up, gathered: a note for each answer would wake the main thread for each.
import type { Clock } from '@postroom/sdk/services';
import type { Pop3DeskLine } from './questions.js';

/** A note waits at most so long. */
const GATHER_MS = 100;

export class PickUpNotes {
  #gathered = new Map<number, number[]>();
  #isTimed = false;

  constructor(
    private readonly desk: Pop3DeskLine,
    private readonly clock: Pick<Clock, 'after'>,
  ) {}

  add(visit: number, numbers: readonly number[]): void {
    const known = this.#gathered.get(visit);
    if (known === undefined) this.#gathered.set(visit, [...numbers]);
    else known.push(...numbers);
    if (this.#isTimed) return;
    this.#isTimed = true;
    this.clock.after(GATHER_MS, () => {
      this.#isTimed = false;
      this.tell();
    });
  }

  /** Before a mailbox is changed or let go of. */
  tell(): void {
    if (this.#gathered.size === 0) return;
    this.desk.tell(
      'picked',
      [...this.#gathered].map(([visit, numbers]) => ({ visit, numbers })),
    );
    this.#gathered = new Map();
  }
}
