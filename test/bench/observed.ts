// What one piece of work took: on the clock, of the processors in each of its parts, and how much of the machine other things had meanwhile.
import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { allProcesses, busyTime, type ProcessTimes, timeOfTrees } from './processes.js';

/** Work that was put off is work: until the parts stand still, they are counted. */
const LOOK_MS = 50;
const STILL_MS = 1;
const LONGEST_MS = 1_000;

export interface Observed<Part extends string> {
  /** Milliseconds on the clock. */
  readonly wall: number;
  /** Milliseconds of processor time of each part, until it stood still again. */
  readonly cpu: Readonly<Record<Part, number>>;
  /** The same of programs that the work started and ran to their end. */
  readonly programs: number;
  /** Part of the machine's processors that was taken by what this bench did not start while the work lasted, 0 to 1. */
  readonly others: number;
}

/** Does the work once. `parts`: process numbers of the first processes of each; all below them count. */
export async function observe<Part extends string>(
  parts: Readonly<Record<Part, readonly number[]>>,
  work: () => Promise<unknown>,
): Promise<Observed<Part>> {
  const names = Object.keys(parts) as Part[];
  const roots = [process.pid, ...names.flatMap((name) => parts[name])];
  const before = lookAt(roots);
  const times = (processes: ProcessTimes): readonly number[] => names.map((name) => timeOfTrees(processes, parts[name]));
  const began = { at: performance.now(), times: times(before.processes) };
  await work();
  const wall = performance.now() - began.at;
  const after = lookAt(roots);
  const still = await stillTimes(times, times(after.processes));
  const cpu = names.map((name, index) => [name, (still[index] ?? 0) - (began.times[index] ?? 0)]);
  return {
    wall,
    cpu: Object.fromEntries(cpu) as Record<Part, number>,
    programs: endedBelow(after.processes) - endedBelow(before.processes),
    others: othersBetween(before, after),
  };
}

/** The machine at one moment; all times in milliseconds. */
interface Look {
  readonly at: number;
  /** Of all processors, since the start of the machine. */
  readonly busy: number;
  /** Of this bench and of what it looks at. */
  readonly own: number;
  readonly processes: ProcessTimes;
}

function lookAt(roots: readonly number[]): Look {
  // A look takes longer on a busy machine: the part of it is that of the time between the looks, not of the work.
  const [at, busy, processes] = [performance.now(), busyTime(), allProcesses()];
  return { at, busy, own: timeOfTrees(processes, roots), processes };
}

/** Pure. */
export function othersBetween(before: Look, after: Look): number {
  const others = after.busy - before.busy - (after.own - before.own) - kernelTimeBetween(before.processes, after.processes);
  return Math.min(1, Math.max(0, others / ((after.at - before.at) * availableParallelism())));
}

/** The same over several pieces of work. */
export function othersOf(samples: readonly Pick<Observed<string>, 'wall' | 'others'>[]): number {
  const wall = samples.reduce((sum, sample) => sum + sample.wall, 0);
  return samples.reduce((sum, sample) => sum + sample.others * sample.wall, 0) / wall;
}

/** Milliseconds of processor time of the kernel's own threads between two looks: it writes to the disk for whoever asked. Pure. */
export function kernelTimeBetween(before: ProcessTimes, after: ProcessTimes): number {
  let sum = 0;
  for (const [pid, { kernel, own }] of after) if (kernel) sum += own - (before.get(pid)?.own ?? 0);
  return sum;
}

function endedBelow(processes: ProcessTimes): number {
  return processes.get(process.pid)?.ended ?? 0;
}

async function stillTimes(times: (processes: ProcessTimes) => readonly number[], first: readonly number[]): Promise<readonly number[]> {
  const total = (each: readonly number[]): number => each.reduce((sum, time) => sum + time, 0);
  let last = first;
  for (let waited = 0; waited < LONGEST_MS; waited += LOOK_MS) {
    await wait(LOOK_MS);
    const now = times(allProcesses());
    if (total(now) - total(last) < STILL_MS) return now;
    last = now;
  }
  return last;
}
