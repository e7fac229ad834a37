// The table for people.
import type { Row } from './row.js';

/** One row in words, its notes below. */
export function lineOf(row: Row): string {
  const peer = row.peer === undefined ? '' : `  peer ${shown(row.peer)}  ratio ${row.ratio?.toFixed(2)}`;
  const figures =
    row.ours === undefined ? '' : `    ours ${shown(row.ours)} ${row.unit}${peer}${row.goal === '' ? '' : `  goal ${row.goal}`}\n`;
  return `${verdictOf(row).padEnd(13)} ${row.work}\n${figures}${row.notes.map((note) => `    ${note}\n`).join('')}`;
}

function verdictOf({ ours, goal, reached }: Row): string {
  if (ours === undefined) return 'not measured';
  if (goal === '') return 'measured';
  return reached === undefined ? 'no verdict' : reached ? 'reached' : 'NOT REACHED';
}

export function tableOf(rows: readonly Row[]): string {
  return rows.map(lineOf).join('');
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}
