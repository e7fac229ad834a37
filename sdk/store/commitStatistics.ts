// How a store's commits go: the same figures, whichever engine has it.
import type { StoreStatistics } from '../services/store/storeMaintenance.js';

const REMEMBERED = 1_000;

export class CommitStatistics {
  #commits = 0;
  #units = 0;
  #largestGroup = 0;
  readonly #latencies: number[] = [];

  add(units: number, milliseconds: number): void {
    this.#latencies[this.#commits % REMEMBERED] = milliseconds;
    this.#commits += 1;
    this.#units += units;
    this.#largestGroup = Math.max(this.#largestGroup, units);
  }

  get value(): StoreStatistics {
    const sorted = [...this.#latencies].sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { commits: this.#commits, units: this.#units, largestGroup: this.#largestGroup, latency: { p50: at(0.5), p99: at(0.99) } };
  }
}
