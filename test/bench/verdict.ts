// Whether a row has reached its goals, and when nobody can say.
import type { Moment } from './machine.js';
import type { Row } from './row.js';

/** Processes that want to run, for each core: above it no figure of a clock means anything. */
export const MOST_LOAD = 1.5;
/** Part of the processors: what other things take falls on both sides of a row, but not evenly. */
export const MOST_OTHERS = 0.1;
/** Figures of this kind come from a clock; numbers of bodies or megabytes are the same on a busy machine. */
const TIMED = /(^|\/)m?s$/;

export type Verdict = 'reached' | 'not reached' | 'no verdict' | 'measured' | 'not measured';

/** Why the machine was too busy before or behind a run; `undefined`: it was not. Pure. */
export function busyWith(cores: number, before: Moment, after?: Moment): string | undefined {
  const most = MOST_LOAD * cores;
  if (before.load > most) return `the load was ${before.load} at the start, more than ${MOST_LOAD} x ${cores} cores`;
  for (const [moment, when] of [
    [before, 'at the start'],
    [after, 'at the end'],
  ] as const) {
    if (moment === undefined) continue;
    if (moment.running > most) return `${moment.running} other threads wanted to run ${when}, more than ${MOST_LOAD} x ${cores} cores`;
    if (moment.others > MOST_OTHERS) return `other things took ${percent(moment.others)} of the processors ${when}`;
  }
  return undefined;
}

/** What is to be said of a row, and why where nothing can be. `busy`: as `busyWith` says. Pure. */
export function verdictOf(row: Row, busy: string | undefined): { readonly verdict: Verdict; readonly why?: string } {
  if (row.ours === undefined) return { verdict: 'not measured' };
  const goals = [row.reached, row.cpu?.reached].filter((reached) => reached !== undefined);
  if (goals.length === 0) return { verdict: 'measured' };
  if (TIMED.test(row.unit)) {
    if (busy !== undefined) return { verdict: 'no verdict', why: busy };
    if ((row.others ?? 0) > MOST_OTHERS)
      return { verdict: 'no verdict', why: `other things took ${percent(row.others ?? 0)} of the processors meanwhile` };
  }
  return { verdict: goals.every(Boolean) ? 'reached' : 'not reached' };
}

export function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
