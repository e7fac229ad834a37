// Two contenders in turn, A B A B, and the lines of the table that come of it: how fast, and what a message costs on each side.

import { loadNow } from '../machine.js';
import { median } from '../measure.js';
import { faster, figure, type Row, shorter, within } from '../row.js';
import { type Observed, observe } from './observed.js';
import type { Site } from './site.js';

/** Beside more of other things than this there is no verdict: they fall on both sides, but not evenly. */
const QUIET = 0.1;

export interface Contender {
  readonly site: Site;
  /** What is measured, once. */
  readonly work: () => Promise<unknown>;
  /** What has to be there for it, and is not measured. */
  readonly prepare?: () => Promise<unknown>;
}

export interface Duel {
  readonly ours: readonly Observed[];
  readonly peer: readonly Observed[];
  readonly load: number;
}

export async function duel(rounds: number, { ours, peer }: { readonly ours: Contender; readonly peer: Contender }): Promise<Duel> {
  const seen = { ours: [] as Observed[], peer: [] as Observed[] };
  const turn = async ({ site, work, prepare }: Contender): Promise<Observed> => {
    await prepare?.();
    return observe(site.subjects, work);
  };
  for (let round = 0; round < rounds; round += 1) {
    seen.peer.push(await turn(peer));
    seen.ours.push(await turn(ours));
  }
  return { ...seen, load: loadNow() };
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
  const each = (samples: readonly Observed[], of: (observed: Observed) => number): number => median(samples.map(of)) / count;
  const rate = (samples: readonly Observed[]): number => median(samples.map(({ wall }) => (count * 1000) / wall));
  const one = unit.replace(/s$/, '');
  const ratios = result.ours.map((observed, turn) => (result.peer[turn]?.wall ?? Number.NaN) / observed.wall);
  const busy = Math.max(...[...result.ours, ...result.peer].map(({ others }) => others));
  const notes = [
    `${count} ${unit} a turn, ${ratios.length} turns: ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`,
    `load ${result.load}; other things took up to ${Math.round(busy * 100)} % of the machine`,
  ];
  const [server, peerServer] = [each(result.ours, (seen) => seen.servers), each(result.peer, (seen) => seen.servers)];
  const [engine, peerEngine] = [each(result.ours, (seen) => seen.engine), each(result.peer, (seen) => seen.engine)];
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
  return busy > QUIET ? rows.map((row) => ({ ...row, reached: undefined })) : rows;
}
