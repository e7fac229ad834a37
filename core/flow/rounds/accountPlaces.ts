// How many accounts are collected at the same time: few that bring mail, as each reads ahead and takes memory, and those beside them whose ISPs keep one waiting.
import type { Clock } from '@postroom/sdk/services';

/** Accounts that bring mail: each takes some 30 MB where its ISP is fast. */
export const BUSY_ACCOUNTS = 4;
/** Those included that wait for their ISPs. */
export const MOST_ACCOUNTS = 20;
/** An account that has brought nothing for so long makes room for the next one, and goes on. */
export const QUIET_MS = 5_000;

export class AccountPlaces {
  #busy = 0;
  #atWork = 0;
  readonly #line: (() => void)[] = [];

  constructor(private readonly clock: Clock) {}

  /** Runs the work when its turn comes. It calls `heard` whenever its ISP gave it something. */
  async take(work: (heard: () => void) => Promise<void>): Promise<void> {
    if (!this.#hasRoom) await new Promise<void>((resolve) => this.#line.push(resolve));
    else this.#begin();
    const place = new Place(this.clock, (change) => this.#change(change));
    try {
      await work(() => place.heard());
    } finally {
      place.dispose();
      this.#atWork -= 1;
      this.#admit();
    }
  }

  get #hasRoom(): boolean {
    return this.#busy < BUSY_ACCOUNTS && this.#atWork < MOST_ACCOUNTS;
  }

  #begin(): void {
    this.#busy += 1;
    this.#atWork += 1;
  }

  #change(busy: number): void {
    this.#busy += busy;
    this.#admit();
  }

  #admit(): void {
    while (this.#hasRoom) {
      const next = this.#line.shift();
      if (next === undefined) return;
      // Before anybody else can come in.
      this.#begin();
      next();
    }
  }
}

/** The place of one account, which counts as busy but while it is quiet. */
class Place {
  #isQuiet = false;
  #heardAt: number;
  #timer: { dispose(): void | Promise<void> };

  constructor(
    private readonly clock: Clock,
    private readonly change: (busy: number) => void,
  ) {
    this.#heardAt = clock.monotonic();
    this.#timer = clock.after(QUIET_MS, () => this.#look());
  }

  heard(): void {
    this.#heardAt = this.clock.monotonic();
    if (!this.#isQuiet) return;
    this.#isQuiet = false;
    this.#timer = this.clock.after(QUIET_MS, () => this.#look());
    this.change(1);
  }

  dispose(): void {
    void this.#timer.dispose();
    if (!this.#isQuiet) this.change(-1);
  }

  #look(): void {
    const left = this.#heardAt + QUIET_MS - this.clock.monotonic();
    if (left > 0) {
      this.#timer = this.clock.after(left, () => this.#look());
      return;
    }
    this.#isQuiet = true;
    this.change(-1);
  }
}
