// When a plugin's process that ended is started again. Pure.

const FIRST_MS = 100;
const LONGEST_MS = 60_000;
/** A process that lived so long has recovered: the next end counts as the first. */
const RECOVERED_MS = 10 * 60_000;

/** What is known of the process that ended: how many ended before it in a row, and how long it lived. */
export interface LastLife {
  readonly failures: number;
  readonly livedMs: number;
}

/** Failures in a row, the one that just happened included. */
export function failuresAfter(last: LastLife): number {
  return last.livedMs >= RECOVERED_MS ? 1 : last.failures + 1;
}

/** Milliseconds to wait before the next start: 100 ms, then five times as long each time, a minute at most. */
export function restartDelay(failures: number): number {
  return Math.min(FIRST_MS * 5 ** (failures - 1), LONGEST_MS);
}
