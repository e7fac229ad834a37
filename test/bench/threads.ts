// Which threads of a server its processor time goes to: what does not get faster with more cores is its longest thread.
import type { ThreadTime } from './processes.js';

/** V8's scheduler and its four workers: the first threads of a Node that does not name its threads (before 24). */
const FIRST_OF_V8 = 5;
const NAMED: Readonly<Record<string, string>> = { V8Worker: 'V8', DelayedTaskSche: 'V8', 'libuv-worker': 'pool' };

export interface ThreadCost {
  /** `main`, `V8`, `pool`, or the name of worker threads without their number. */
  readonly kind: string;
  readonly threads: number;
  /** Of all of them together, in the unit that was asked for. */
  readonly cost: number;
  /** Of the one that took most. */
  readonly longest: number;
}

/** What the threads of a process took between two looks, by kind, the dearest first; `units`: a message's part is wanted, in microseconds. Pure. */
export function threadCosts(
  pid: number,
  before: readonly ThreadTime[],
  after: readonly ThreadTime[],
  units: number,
): readonly ThreadCost[] {
  const earlier = new Map(before.map(({ thread, ms }) => [thread, ms]));
  const kinds = kindsOf(pid, after);
  const found = new Map<string, ThreadCost>();
  for (const { thread, ms } of after) {
    const kind = kinds.get(thread) ?? '';
    const cost = ((ms - (earlier.get(thread) ?? 0)) * 1000) / units;
    const so = found.get(kind) ?? { kind, threads: 0, cost: 0, longest: 0 };
    found.set(kind, { kind, threads: so.threads + 1, cost: so.cost + cost, longest: Math.max(so.longest, cost) });
  }
  return [...found.values()].sort((one, other) => other.cost - one.cost);
}

/** `threads, us a message: main 249, pool (4) 61.2, V8 (5) 30.0`. */
export function threadsNote(costs: readonly ThreadCost[]): string {
  const each = costs
    .filter(({ cost }) => cost >= 0.05)
    .map(({ kind, threads, cost }) => `${threads > 1 ? `${kind} (${threads})` : kind} ${cost.toPrecision(3)}`);
  return `threads of Postroom, us a message: ${each.join(', ')}`;
}

function kindsOf(pid: number, threads: readonly ThreadTime[]): ReadonlyMap<number, string> {
  const mainName = threads.find(({ thread }) => thread === pid)?.name;
  let unnamed = 0;
  const kindOf = ({ thread, name }: ThreadTime): string => {
    if (thread === pid) return 'main';
    if (name !== mainName) return NAMED[name] ?? name.replace(/[-# ]?\d+$/, '');
    unnamed += 1;
    return unnamed <= FIRST_OF_V8 ? 'V8' : 'pool and workers';
  };
  return new Map([...threads].sort((one, other) => one.thread - other.thread).map((each) => [each.thread, kindOf(each)]));
}
