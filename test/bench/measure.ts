// Times, medians and what a process costs.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/** /proc counts processor time in ticks of 1/100 s on every Linux that Node runs on. */
const TICK_MS = 10;

/** What one piece of work took. */
export interface Sample {
  /** Milliseconds on the clock. */
  readonly wall: number;
  /** Milliseconds of processor time of the server under test, its children included. */
  readonly cpu: number;
  /** Milliseconds of processor time of the load generator: this process and the programs that it ran to their end, smtp-source for one. */
  readonly ownCpu: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Does the work once. `pid`: the server under test, 0 for none. */
export async function sample(pid: number, work: () => Promise<unknown>): Promise<Sample> {
  const before = { cpu: cpuOfTree(pid), own: cpuOf(process.pid), at: performance.now() };
  await work();
  const wall = performance.now() - before.at;
  const ownCpu = cpuOf(process.pid) - before.own;
  return { wall, cpu: cpuOfTree(pid) - before.cpu, ownCpu };
}

/** Two contenders in turn, A B A B: what else the machine does falls on both. Answers each one's samples. */
export async function inTurn(
  pairs: number,
  ours: () => Promise<Sample>,
  peer: () => Promise<Sample>,
): Promise<{ readonly ours: readonly Sample[]; readonly peer: readonly Sample[] }> {
  const samples = { ours: [] as Sample[], peer: [] as Sample[] };
  for (let pair = 0; pair < pairs; pair += 1) {
    samples.peer.push(await peer());
    samples.ours.push(await ours());
  }
  return samples;
}

export function medianWall(samples: readonly Sample[]): number {
  return median(samples.map(({ wall }) => wall));
}

/** `812 ms of processor time, the load 120 ms (13 %)`. */
export function costs(samples: readonly Sample[]): string {
  const [cpu, own] = [median(samples.map((each) => each.cpu)), median(samples.map((each) => each.ownCpu))];
  return `${Math.round(cpu)} ms of processor time, the load ${Math.round(own)} ms (${Math.round((100 * own) / Math.max(1, cpu + own))} %)`;
}

/** Milliseconds of processor time of a process and its descendants, those that have ended and were waited for included. */
export function cpuOfTree(root: number): number {
  if (root === 0) return 0;
  const children = new Map<number, number[]>();
  for (const line of execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')) {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const sum = (pid: number): number => cpuOf(pid) + (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
  return sum(root);
}

function cpuOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // utime, stime, cutime and cstime are fields 14 to 17; the name before them may hold blanks (proc(5)).
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15);
    return fields.reduce((ticks, field) => ticks + Number(field), 0) * TICK_MS;
  } catch {
    return 0;
  }
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
