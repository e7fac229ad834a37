// When door threads come and go by how busy the server is. Pure: called with each look at the threads.
import type { DoorMode } from './doorMode.js';

/** What one look saw: parts of the time since the look before in which event loops worked, 0 to 1. */
export interface Loads {
  readonly main: number;
  /** All doors together: above 1 with several. */
  readonly doors: number;
}

export interface DoorDemand {
  /** Doors that are wanted. */
  readonly wanted: number;
  /** Since when the main thread has been busy, with the doors that there are; milliseconds of a clock that never jumps. */
  readonly busySince?: number;
  /** Since when there has been little to do. */
  readonly quietSince?: number;
}

/** The main thread is busy from here on. */
const BUSY = 0.7;
const BUSY_MS = 2_000;
/** What main thread and doors do together would leave the main thread alone well below BUSY. */
const QUIET = 0.35;
const QUIET_MS = 60_000;

/**
 * `sinceLook` and `now`: when this look's time began and ended. Doors come one at a time, each after the main thread was busy for two seconds with those that
 * there were; all of them go after a quiet minute.
 */
export function nextDemand(before: DoorDemand, loads: Loads, mode: DoorMode, sinceLook: number, now: number): DoorDemand {
  const wanted = boundedDoors(before.wanted, mode);
  if (loads.main > BUSY) {
    const busySince = before.busySince ?? sinceLook;
    return now - busySince >= BUSY_MS ? { wanted: Math.min(wanted + 1, mode.most) } : { wanted, busySince };
  }
  if (wanted === mode.least || loads.main + loads.doors > QUIET) return { wanted };
  const quietSince = before.quietSince ?? sinceLook;
  return now - quietSince >= QUIET_MS ? { wanted: mode.least } : { wanted, quietSince };
}

export function boundedDoors(wanted: number, { least, most }: DoorMode): number {
  return Math.max(least, Math.min(wanted, most));
}

/** After so many crashes, one soon after the other: how long until the next door is started. */
export function crashPauseMs(crashes: number): number {
  return Math.min(1_000 * 2 ** Math.max(0, crashes - 1), 60_000);
}
