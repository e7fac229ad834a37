// One turn of a server under the load generator, and what the turns of two servers say beside each other.
import type { Load } from '../load/loadGenerator.js';
import { median } from '../measure.js';
import { observe, othersOf } from '../observed.js';
import { modelNote } from '../scaling.js';
import { type ThreadCost, threadsNote } from '../threads.js';

export interface Turn {
  readonly messages: number;
  /** Milliseconds on the clock, of the generator. */
  readonly wall: number;
  /** Milliseconds of processor time of all processes of the server, and of the generator. */
  readonly server: number;
  readonly load: number;
  /** Part of the processors that other things took meanwhile, 0 to 1. */
  readonly others: number;
}

/** `pid`: the server's first process. */
export async function turnOf(pid: number, work: () => Promise<Load>): Promise<Turn> {
  let load: Load | undefined;
  const { cpu, others } = await observe({ server: [pid] }, async () => {
    load = await work();
  });
  if (load === undefined) throw new Error('The load generator did nothing.');
  return { messages: load.messages, wall: load.wall, server: cpu.server, load: load.cpu, others };
}

/** Medians of one side. */
export interface Side {
  /** Messages a second. */
  readonly rate: number;
  /** Microseconds of processor time a message, of the server and of the generator. */
  readonly cpu: number;
  readonly load: number;
}

export interface Compared {
  readonly ours: Side;
  readonly peer: Side;
  /** Part of the machine's processors, 0 to 1. */
  readonly others: number;
  /** What stands below the row. `threads`: of Postroom's, in microseconds a message. */
  notes(threads: readonly ThreadCost[]): readonly string[];
}

/** Pure. */
export function compared(turns: { readonly ours: readonly Turn[]; readonly peer: readonly Turn[] }): Compared {
  const [ours, peer] = [sideOf(turns.ours), sideOf(turns.peer)];
  const ratios = turns.ours.map((turn, index) => rateOf(turn) / rateOf(turns.peer[index] ?? turn));
  return {
    ours,
    peer,
    others: othersOf([...turns.ours, ...turns.peer]),
    notes: (threads) => [
      `turn by turn: ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}; ${turns.ours[0]?.messages} and ${turns.peer[0]?.messages} messages a turn`,
      `the load generator took ${ours.load.toFixed(1)} us a message of ours, ${peer.load.toFixed(1)} of the peer's`,
      threadsNote(threads),
      modelNote(
        { whole: ours.cpu, load: ours.load, longest: Math.max(0, ...threads.map(({ longest }) => longest)) },
        { whole: peer.cpu, load: peer.load, longest: 0 },
      ),
    ],
  };
}

function rateOf({ messages, wall }: Turn): number {
  return (messages * 1000) / wall;
}

function sideOf(turns: readonly Turn[]): Side {
  const each = (of: (turn: Turn) => number): number => median(turns.map((turn) => (of(turn) * 1000) / turn.messages));
  return { rate: median(turns.map(rateOf)), cpu: each(({ server }) => server), load: each(({ load }) => load) };
}
