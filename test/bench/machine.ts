// What is measured on, and how busy it is with other things.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { observe, othersOf } from './observed.js';

const LOOKS = 20;
const EVERY_MS = 25;

/** How busy the machine is while nothing of the bench works. */
export interface Moment {
  /** Processes that wanted to run, on average over the last minute: behind a run its own are among them. */
  readonly load: number;
  /** The same over this half second, without the bench. */
  readonly running: number;
  /** Part of the processors that they took, 0 to 1. */
  readonly others: number;
}

export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly memoryMB: number;
  readonly node: string;
}

export function machine(): Machine {
  return {
    cores: availableParallelism(),
    model: cpus()[0]?.model.trim() ?? '',
    memoryMB: Math.round(totalmem() / 2 ** 20),
    node: process.version,
  };
}

export async function lookAround(): Promise<Moment> {
  let running = 0;
  const seen = await observe({}, async () => {
    for (let look = 0; look < LOOKS; look += 1) {
      await wait(EVERY_MS);
      // This one runs while it looks.
      running += runningIn(readFileSync('/proc/loadavg', 'latin1')) - 1;
    }
  });
  return { load: rounded(loadavg()[0] ?? 0), running: rounded(running / LOOKS), others: rounded(othersOf([seen])) };
}

/** Reads the text of /proc/loadavg: threads that run or could. Pure. */
export function runningIn(loadavgText: string): number {
  return Number(/ (\d+)\/\d+ /.exec(loadavgText)?.[1] ?? 0);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
