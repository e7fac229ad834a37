// Faults that wait for their moment: the part that POP3 and SMTP share.

/** How a connection breaks: `cut` ends it in order (FIN), `reset` breaks it off (RST), `stall` keeps it open and says no more. */
export type Break = 'cut' | 'reset' | 'stall';

interface Waiting<Moment, Fault> {
  readonly moment: Moment;
  readonly fault: Fault;
  left: number;
}

/** Faults in the order in which they were switched on; each is used up after its number of times. */
export class FaultList<Moment, Fault> {
  #waiting: Waiting<Moment, Fault>[] = [];

  /** @param happens Whether what happens now is the moment that a fault waits for. */
  constructor(private readonly happens: (now: Moment, awaited: Moment) => boolean) {}

  add(moment: Moment, fault: Fault, times: number): void {
    this.#waiting.push({ moment, fault, left: times });
  }

  /** The first fault for this moment, which is counted as used; `undefined` where all is well. */
  take(now: Moment): Fault | undefined {
    const found = this.find(now);
    if (!found) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.#waiting = this.#waiting.filter((waiting) => waiting !== found);
    return found.fault;
  }

  /** Faults whose moment has not come. */
  get size(): number {
    return this.#waiting.length;
  }

  clear(): void {
    this.#waiting = [];
  }

  private find(now: Moment): Waiting<Moment, Fault> | undefined {
    return this.#waiting.find((waiting) => this.happens(now, waiting.moment));
  }
}
