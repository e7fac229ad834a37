// Three failures in five minutes: the numbers of VS Code's extension host.
const STRIKES = 3;
const WINDOW_MS = 5 * 60_000;

export class Strikes {
  #times: number[] = [];

  /** Counts a failure at a monotonic time in milliseconds. True when it is the third within the window. */
  add(now: number): boolean {
    this.#times = [...this.#times.filter((time) => now - time < WINDOW_MS), now];
    return this.#times.length >= STRIKES;
  }

  clear(): void {
    this.#times = [];
  }
}
