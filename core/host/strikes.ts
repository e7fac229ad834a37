// Three failures in five minutes: the numbers of VS Code's extension host.
const STRIKES = 3;
const WINDOW_MS = 5 * 60_000;

export class Strikes {
  #times: number[] = [];
  #incident: string | undefined;

  /** Counts a failure at a monotonic time in milliseconds, once for each incident. True when it is the third within the window. */
  add(now: number, incident?: string): boolean {
    if (incident !== undefined && incident === this.#incident) {
      return false;
    }
    this.#incident = incident;
    this.#times = [...this.#times.filter((time) => now - time < WINDOW_MS), now];
    return this.#times.length >= STRIKES;
  }

  clear(): void {
    this.#times = [];
  }
}
