// What a tap costs: how often it was called, how long that took lately, how often it failed. Kept as long as the tap is.

/** Calls that the median is of: a power of two, few enough to sort whenever somebody looks. */
const REMEMBERED = 128;

/** Figures since the tap was added. */
export interface TapFigures {
  readonly calls: number;
  readonly failures: number;
  /** Milliseconds, over the last 128 calls; `undefined` before the first. */
  readonly medianMs: number | undefined;
  readonly slowestMs: number | undefined;
}

export class TapCost {
  readonly #recent = new Float64Array(REMEMBERED);
  #calls = 0;
  #failures = 0;

  add(milliseconds: number, failed: boolean): void {
    this.#recent[this.#calls % REMEMBERED] = milliseconds;
    this.#calls += 1;
    if (failed) this.#failures += 1;
  }

  get figures(): TapFigures {
    const recent = this.#recent.slice(0, Math.min(this.#calls, REMEMBERED)).sort();
    return {
      calls: this.#calls,
      failures: this.#failures,
      medianMs: thousandths(recent[Math.floor((recent.length - 1) / 2)]),
      slowestMs: thousandths(recent.at(-1)),
    };
  }
}

function thousandths(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds * 1000) / 1000;
}
