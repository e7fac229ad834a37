// What was measured on, and how busy it was with other things.
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly memoryMB: number;
  readonly node: string;
  /** Processes that wanted to run, on average over a minute, before the run and behind it. */
  readonly load: readonly [before: number, after: number];
}

export function machine(loadBefore: number): Machine {
  return {
    cores: availableParallelism(),
    model: cpus()[0]?.model.trim() ?? '',
    memoryMB: Math.round(totalmem() / 2 ** 20),
    node: process.version,
    load: [loadBefore, loadNow()],
  };
}

export function loadNow(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}
