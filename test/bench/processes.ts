// Processor time of processes, as Linux counts it (proc(5)).
import { readdirSync, readFileSync } from 'node:fs';

/** /proc counts processor time in ticks of 1/100 s on every Linux that Node runs on. */
const TICK_MS = 10;
const NANOSECONDS = 1e6;
/** A flag of the kernel's own threads. */
const PF_KTHREAD = 0x00200000;
/** Fields of the first line of /proc/stat: user, nice, system, and what other machines took of this one's processors. */
const BUSY_FIELDS = [1, 2, 3, 8];

/** What one process used since its start. */
export interface ProcessTime {
  readonly parent: number;
  /** Milliseconds of its threads, those that have ended included; up to two ticks less than it was. */
  readonly own: number;
  /** Milliseconds of the children that have ended and were waited for. */
  readonly ended: number;
  /** One of the kernel's own. */
  readonly kernel: boolean;
}

export type ProcessTimes = ReadonlyMap<number, ProcessTime>;

/** Reads the text of /proc/PID/stat. Pure. */
export function processTimeOf(stat: string): ProcessTime {
  // The name before the other fields may hold blanks and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const number = (field: number): number => Number(fields[field - 3]);
  return {
    parent: number(4),
    own: (number(14) + number(15)) * TICK_MS,
    ended: (number(16) + number(17)) * TICK_MS,
    kernel: (number(9) & PF_KTHREAD) !== 0,
  };
}

/** Reads the text of /proc/PID/task/TID/schedstat: milliseconds that the thread ran. Pure. */
export function threadTimeOf(schedstat: string): number {
  return Number(schedstat.split(' ')[0]) / NANOSECONDS;
}

/** Reads the text of /proc/stat: milliseconds that all processors worked since the start of the machine. Pure. */
export function busyTimeOf(stat: string): number {
  const fields = (stat.split('\n')[0] ?? '').split(/\s+/);
  return BUSY_FIELDS.reduce((sum, field) => sum + Number(fields[field] ?? 0), 0) * TICK_MS;
}

/** The processes with these numbers and all below them, each once. Pure. */
export function treeOf(times: ProcessTimes, roots: readonly number[]): readonly number[] {
  const children = new Map<number, number[]>();
  for (const [pid, { parent }] of times) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const found = new Set<number>();
  const waiting = roots.filter((root) => times.has(root));
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    if (found.has(pid)) continue;
    found.add(pid);
    waiting.push(...(children.get(pid) ?? []));
  }
  return [...found];
}

/** Every process that there is. */
export function allProcesses(): ProcessTimes {
  const found = new Map<number, ProcessTime>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? textOf(`/proc/${name}/stat`) : '';
    if (stat !== '') found.set(Number(name), processTimeOf(stat));
  }
  return found;
}

/** Milliseconds of processor time of processes and their descendants, those that have ended and were waited for included. */
export function timeOfTrees(times: ProcessTimes, roots: readonly number[]): number {
  return treeOf(times, roots).reduce((sum, pid) => sum + exactTimeOf(pid, times.get(pid)?.own ?? 0) + (times.get(pid)?.ended ?? 0), 0);
}

/** The kernel counts living threads in nanoseconds, and the process with its ended threads in ticks: the larger one of both is nearer. */
function exactTimeOf(pid: number, inTicks: number): number {
  return Math.max(
    inTicks,
    threadsOf(pid).reduce((sum, { ms }) => sum + ms, 0),
  );
}

export interface ThreadTime {
  readonly thread: number;
  /** As the program names it: at most 15 characters. */
  readonly name: string;
  /** Milliseconds that it ran. */
  readonly ms: number;
}

/** The living threads of a process; none where it has ended. */
export function threadsOf(pid: number): readonly ThreadTime[] {
  const folder = `/proc/${pid}/task`;
  return namesIn(folder).flatMap((name) => {
    const schedstat = textOf(`${folder}/${name}/schedstat`);
    return schedstat === '' ? [] : [{ thread: Number(name), name: textOf(`${folder}/${name}/comm`).trim(), ms: threadTimeOf(schedstat) }];
  });
}

/** Milliseconds that all processors worked since the start of the machine. */
export function busyTime(): number {
  return busyTimeOf(textOf('/proc/stat'));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** '' for what has ended meanwhile. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
