// How much may go on at a time, for each of those who ask and in all.

export interface TurnstileLimits {
  readonly each: number;
  readonly all: number;
}

/** Counts what goes on. Who asks is named by a text. */
export class Turnstile {
  readonly #byName = new Map<string, number>();
  #all = 0;

  constructor(private readonly limits: TurnstileLimits) {}

  /** Answers how to leave, once; `undefined` where there is no room. */
  enter(name: string): (() => void) | undefined {
    const mine = this.#byName.get(name) ?? 0;
    if (mine >= this.limits.each || this.#all >= this.limits.all) return undefined;
    this.#byName.set(name, mine + 1);
    this.#all += 1;
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#all -= 1;
      const left = (this.#byName.get(name) ?? 1) - 1;
      if (left === 0) this.#byName.delete(name);
      else this.#byName.set(name, left);
    };
  }
}
