// Times, medians and what a process costs.
import { readFileSync, writeFileSync } from 'node:fs';
import { allProcesses, timeOfTrees } from './processes.js';

/** What one piece of work took. */
export interface Sample {
  /** Milliseconds on the clock. */
  readonly wall: number;
  /** Milliseconds of processor time of the server under test, its children included. */
  readonly cpu: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Does the work once. `pid`: the server under test. */
export async function sample(pid: number, work: () => Promise<unknown>): Promise<Sample> {
  const before = { cpu: cpuOfTree(pid), at: performance.now() };
  await work();
  const wall = performance.now() - before.at;
  return { wall, cpu: cpuOfTree(pid) - before.cpu };
}

/** Two contenders in turn, A B A B: what else the machine does falls on both. Answers each one's samples. */
export async function inTurn<Ours, Peer>(
  pairs: number,
  ours: () => Promise<Ours>,
  peer: () => Promise<Peer>,
): Promise<{ readonly ours: readonly Ours[]; readonly peer: readonly Peer[] }> {
  const samples = { ours: [] as Ours[], peer: [] as Peer[] };
  for (let pair = 0; pair < pairs; pair += 1) {
    samples.peer.push(await peer());
    samples.ours.push(await ours());
  }
  return samples;
}

export function medianWall(samples: readonly { readonly wall: number }[]): number {
  return median(samples.map(({ wall }) => wall));
}

/** Milliseconds of processor time of a process and its descendants, those that have ended and were waited for included. */
export function cpuOfTree(root: number): number {
  return timeOfTrees(allProcesses(), [root]);
}

/** Megabytes of memory: now, and at most since `forgetPeak`. */
export function memoryOf(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const of = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

/** The peak begins anew (proc(5), clear_refs). */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}
