// What one piece of work took, of servers, of the engine under them, and how busy the machine was with other things.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { cpuOfTree } from '../measure.js';

/** Fields of the first line of /proc/stat (proc(5)): user, nice, system, and what other machines took of this one's processors. */
const BUSY_FIELDS = [0, 1, 2, 7];
/** /proc counts in ticks of 1/100 s. */
const TICK_MS = 10;

export interface Observed {
  /** Milliseconds on the clock. */
  readonly wall: number;
  /** Milliseconds of processor time of the servers. */
  readonly servers: number;
  /** The same of the engine's processes, all of them; 0 where it is in the servers. */
  readonly engine: number;
  /** Part of the machine's processors that was taken by what this bench did not start, 0 to 1. */
  readonly others: number;
}

/** What is looked at: process numbers of servers, and of the engine's first process. */
export interface Subjects {
  readonly servers: readonly number[];
  readonly engine: number;
}

export async function observe({ servers, engine }: Subjects, work: () => Promise<unknown>): Promise<Observed> {
  const now = (): Omit<Observed, 'others'> & { readonly machine: number; readonly bench: number } => ({
    wall: performance.now(),
    servers: servers.reduce((sum, pid) => sum + cpuOfTree(pid), 0),
    engine: cpuOfTree(engine),
    machine: busyMs(),
    bench: cpuOfTree(process.pid),
  });
  const before = now();
  await work();
  const after = now();
  const wall = after.wall - before.wall;
  const foreign = after.machine - before.machine - (after.bench - before.bench);
  return {
    wall,
    servers: after.servers - before.servers,
    engine: after.engine - before.engine,
    others: Math.max(0, foreign) / (wall * availableParallelism()),
  };
}

/** Milliseconds that all processors worked since the start of the machine. */
function busyMs(): number {
  const [, ...fields] = (readFileSync('/proc/stat', 'latin1').split('\n')[0] ?? '').split(/\s+/);
  return BUSY_FIELDS.reduce((sum, field) => sum + Number(fields[field] ?? 0), 0) * TICK_MS;
}
