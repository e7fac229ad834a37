// Counts what happens, and how often it did in the last minute.
import type { Clock } from '@postroom/sdk/services';

const SECONDS = 60;

export class PerMinute {
  /** One count for each of the last 60 seconds, in a circle. */
  readonly #counts = Array.from({ length: SECONDS }, () => 0);
  readonly #began: number;
  #second: number;
  #total = 0;

  constructor(private readonly clock: Clock) {
    this.#began = this.#now();
    this.#second = this.#began;
  }

  add(count: number): void {
    this.#forget();
    const place = this.#second % SECONDS;
    this.#counts[place] = (this.#counts[place] ?? 0) + count;
    this.#total += count;
  }

  get total(): number {
    return this.#total;
  }

  /** Over the last minute, or since the start where that is shorter. */
  get perSecond(): number {
    this.#forget();
    const seconds = Math.min(SECONDS, this.#second - this.#began + 1);
    return this.#counts.reduce((sum, count) => sum + count, 0) / seconds;
  }

  /** Empties the seconds that have passed since the last look. */
  #forget(): void {
    const now = this.#now();
    for (let second = Math.max(this.#second + 1, now - SECONDS + 1); second <= now; second += 1) this.#counts[second % SECONDS] = 0;
    this.#second = Math.max(this.#second, now);
  }

  #now(): number {
    return Math.floor(this.clock.monotonic() / 1000);
  }
}
