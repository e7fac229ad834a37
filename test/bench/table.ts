// The table for people, and its line for programs.
import type { ProcessorTime, Row } from './row.js';
import { percent, verdictOf } from './verdict.js';

/** One row in words, its notes below. `busy`: why there are no verdicts. */
export function lineOf(row: Row, busy: string | undefined): string {
  const { verdict, why } = verdictOf(row, busy);
  const lines = [
    ...(row.ours === undefined ? [] : [clockLine(row)]),
    ...(row.cpu === undefined ? [] : [processorLine(row.cpu)]),
    ...(why === undefined ? [] : [`no verdict: ${why}`]),
    ...(row.others === undefined ? [] : [`other things took ${percent(row.others)} of the processors`]),
    ...row.notes,
  ];
  return `${(verdict === 'not reached' ? 'NOT REACHED' : verdict).padEnd(13)} ${row.work}\n${lines.map((line) => `    ${line}\n`).join('')}`;
}

export function tableOf(rows: readonly Row[], busy: string | undefined): string {
  return rows.map((row) => lineOf(row, busy)).join('');
}

/** What `--json` says of a row. */
export function recordOf(row: Row, busy: string | undefined): Readonly<Record<string, unknown>> {
  const { work, unit, ours, peer, ratio, goal, reached, cpu, others } = row;
  const { verdict, why } = verdictOf(row, busy);
  return { work, unit, ours, peer, ratio, goal, reached, cpu, others, verdict, why };
}

function clockLine({ ours = Number.NaN, unit, peer, ratio, goal, reached }: Row): string {
  const beside = peer === undefined ? '' : `  peer ${shown(peer)}  ratio ${ratio?.toFixed(2)}`;
  return `ours ${shown(ours)} ${unit}${beside}${goalOf(goal, reached)}`;
}

function processorLine({ ours, unit, peer, ratio, goal, reached }: ProcessorTime): string {
  const beside = peer === undefined ? '' : `  peer ${shown(peer)}  peer/ours ${ratio?.toFixed(2)}`;
  return `processor time: ours ${shown(ours)} ${unit}${beside}${goalOf(goal, reached)}`;
}

function goalOf(goal: string, reached: boolean | undefined): string {
  return goal === '' ? '' : `  goal ${goal}${reached === false ? ', not reached' : ''}`;
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}
