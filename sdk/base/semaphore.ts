// Lets a few in at a time; the others wait in line.

export class Semaphore {
  #running = 0;
  readonly #line: (() => void)[] = [];

  constructor(
    private readonly atOnce: number,
    private readonly longestLine: number,
  ) {}

  /** Runs the work when its turn comes; `undefined` at once where the line is too long. */
  async take<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#running >= this.atOnce) {
      if (this.#line.length >= this.longestLine) return undefined;
      // Who leaves hands the place over: the count stays.
      await new Promise<void>((resolve) => this.#line.push(resolve));
    } else this.#running++;
    try {
      return await work();
    } finally {
      const next = this.#line.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
