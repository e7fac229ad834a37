// What more cores bring: as it was measured on some of this machine's, and by a model beyond them.
import type { Row } from './row.js';

/** Cores of machines that the model is asked for. */
const MODELLED = [2, 4, 8, 16];

export interface Costs {
  /** Microseconds a message: all processes of the server, and what makes the work for it. */
  readonly whole: number;
  readonly load: number;
  /** Of its longest thread; 0 for a server of many processes, which has none. */
  readonly longest: number;
}

/** Messages a second at most: the longest thread is on one core, everything together on all of them; the disk is never the limit. Pure. */
export function mostOn(cores: number, { whole, load, longest }: Costs): number {
  return Math.min((cores * 1e6) / (whole + load), longest === 0 ? Number.POSITIVE_INFINITY : 1e6 / longest);
}

/** `model, messages/s at most on 2, 4, 8, 16 cores: ours ... ; peer ...`. */
export function modelNote(ours: Costs, peer: Costs): string {
  const rates = (costs: Costs): string => MODELLED.map((cores) => Math.round(mostOn(cores, costs)).toLocaleString('en-US')).join(' ');
  const ratios = MODELLED.map((cores) => (mostOn(cores, ours) / mostOn(cores, peer)).toFixed(1)).join(' ');
  return `model, messages/s at most on ${MODELLED.join(', ')} cores: ours ${rates(ours)}; peer ${rates(peer)}; ratio ${ratios}`;
}

/** Rows of one run on some numbers of cores. */
export type RowsOnCores = ReadonlyMap<number, readonly Row[]>;

/** What each row gained from its first number of cores to the next ones, one line a row. Pure. */
export function scalingLines(runs: RowsOnCores): readonly string[] {
  const [first, ...more] = [...runs];
  if (first === undefined) return [];
  const [fewest, base] = first;
  return base.flatMap(({ work, unit, ours, peer }, index) =>
    more.flatMap(([cores, rows]) => {
      const row = rows[index];
      if (ours === undefined || row?.ours === undefined) return [];
      const gain = (few: number | undefined, many: number | undefined): string =>
        few === undefined || many === undefined ? '-' : `${(unit === 's' ? few / many : many / few).toFixed(2)} x`;
      return [`${work}: from ${fewest} to ${cores} cores ours gains ${gain(ours, row.ours)}, the peer ${gain(peer, row.peer)}`];
    }),
  );
}
