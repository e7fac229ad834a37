// Two contenders in turn, A B A B, and the lines of the table that come of it: how fast, and what a message costs on each side.

import { inTurn, median } from '../measure.js';
import { type Observed, observe, othersOf } from '../observed.js';
import { faster, figure, type Row, shorter, within } from '../row.js';
import type { Site } from './site.js';

type Turn = Observed<'servers' | 'engine'>;

export interface Contender {
  readonly site: Site;
  /** What is measured, once. */
  readonly work: () => Promise<unknown>;
  /** What has to be there for it, and is not measured. */
  readonly prepare?: () => Promise<unknown>;
}

export interface Duel {
  readonly ours: readonly Turn[];
  readonly peer: readonly Turn[];
}

export function duel(rounds: number, { ours, peer }: { readonly ours: Contender; readonly peer: Contender }): Promise<Duel> {
  const turn = async ({ site, work, prepare }: Contender): Promise<Turn> => {
    await prepare?.();
    return observe(site.subjects, work);
  };
  return inTurn(
    rounds,
    () => turn(ours),
    () => turn(peer),
  );
}

export interface Goals {
  /** Times the peer's rate, at least. */
  readonly rate?: number;
  /** Times the processor time of the peer's server a message, at most. */
  readonly server?: number;
  /** Milliseconds of the engine's processor time a message, at most. */
  readonly engineMs?: number;
}

/** `count`: of `unit` in one turn, as 2,000 `messages`. */
export function linesOf(title: string, unit: string, count: number, result: Duel, goals: Goals): readonly Row[] {
  const each = (samples: readonly Turn[], of: (observed: Turn) => number): number => median(samples.map(of)) / count;
  const rate = (samples: readonly Turn[]): number => median(samples.map(({ wall }) => (count * 1000) / wall));
  const one = unit.replace(/s$/, '');
  const ratios = result.ours.map((observed, turn) => (result.peer[turn]?.wall ?? Number.NaN) / observed.wall);
  const others = othersOf([...result.ours, ...result.peer]);
  const notes = [`${count} ${unit} a turn, ${ratios.length} turns: ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`];
  const [server, peerServer] = [each(result.ours, (seen) => seen.cpu.servers), each(result.peer, (seen) => seen.cpu.servers)];
  const [engine, peerEngine] = [each(result.ours, (seen) => seen.cpu.engine), each(result.peer, (seen) => seen.cpu.engine)];
  const rows = [
    goals.rate === undefined
      ? figure(title, `${unit}/s`, rate(result.ours), rate(result.peer), notes)
      : faster(title, `${unit}/s`, rate(result.ours), rate(result.peer), goals.rate, notes),
    goals.server === undefined
      ? figure(`  processor time of the server(s) a ${one}`, 'ms', server, peerServer)
      : shorter(`  processor time of the server(s) a ${one}`, 'ms', server, peerServer, goals.server),
    goals.engineMs === undefined
      ? figure(`  processor time of PostgreSQL a ${one}`, 'ms', engine, peerEngine === 0 ? undefined : peerEngine)
      : within(`  processor time of PostgreSQL a ${one}`, 'ms', engine, goals.engineMs),
  ];
  return rows.map((row) => ({ ...row, others }));
}
