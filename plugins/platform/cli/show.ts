// Answers for people: lists as tables, records as lines, times in local time.

import { terminalText } from '@postroom/sdk/base';
import Table from 'cli-table3';

/** Text for a terminal. */
export function show(value: unknown): string {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    if (items.length === 0) {
      return 'None.';
    }
    if (!isRecords(items)) {
      return items.map((item) => `  ${plain(item)}`).join('\n');
    }
    return items.some(hasTable) ? items.map(record).join(`\n\n${'-'.repeat(40)}\n`) : table(items);
  }
  if (isRecord(value)) {
    return isTree(value) ? JSON.stringify(value, undefined, 2) : record(value);
  }
  return plain(value);
}

/** What the manager makes buttons of; sentences beside it name the same commands. */
const BUTTONS = 'actions';

/** A row that holds rows itself does not fit into a table. */
function hasTable(row: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(row).some(([key, item]) => key !== BUTTONS && Array.isArray(item) && isRecords(item));
}

/** Records within records, as settings are: they read best the way they are written. */
function isTree(value: Readonly<Record<string, unknown>>): boolean {
  return Object.values(value).some((item) => isRecord(item) && Object.values(item).some(isRecord));
}

function record(value: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && !(Array.isArray(item) && item.length === 0));
  const width = Math.max(0, ...entries.map(([key]) => title(key).length));
  const lines = entries.map(([key, item]) => {
    const items: readonly unknown[] | undefined = Array.isArray(item) ? item : undefined;
    const isLong = items !== undefined && (isRecords(items) || items.length > 3);
    if (isRecord(item) && (hasTable(item) || Object.keys(item).length > LONGEST_LINE)) return `\n${title(key)}\n${indented(record(item))}`;
    return isLong ? `\n${title(key)}\n${show(items)}` : `${title(key).padEnd(width)}  ${plain(item)}`;
  });
  return lines.join('\n').trimStart();
}

/** Entries of a record that stands on one line of another. */
const LONGEST_LINE = 4;

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

function table(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const fullest = [...rows].sort((a, b) => Object.keys(b).length - Object.keys(a).length);
  const columns = [...new Set(fullest.flatMap((row) => Object.keys(row)))].filter(
    (key) => key !== BUTTONS && rows.some((row) => row[key] !== undefined && row[key] !== ''),
  );
  const cells = rows.map((row) => columns.map((column) => plain(row[column])));
  const colWidths = fittingWidths(columns.map((column, place) => [title(column), ...cells.map((row) => row[place] ?? '')]));
  const made = new Table({
    head: columns.map(title),
    style: { head: [], border: [], compact: true },
    chars: QUIET,
    wordWrap: true,
    colWidths,
  });
  made.push(...cells);
  return made.toString();
}

/** Widths that fit the terminal: the widest columns give way first. Without a terminal every column is as wide as its text. */
function fittingWidths(columns: readonly (readonly string[])[]): number[] {
  const widths = columns.map((texts) => Math.max(...texts.flatMap((text) => text.split('\n').map((line) => line.length))) + PADDING);
  const room = process.stdout.columns ?? Number.POSITIVE_INFINITY;
  for (let over = sum(widths) - room; over > 0; over = sum(widths) - room) {
    const widest = widths.indexOf(Math.max(...widths));
    const next = Math.max(NARROWEST, ...widths.filter((_, place) => place !== widest));
    const width = widths[widest] ?? 0;
    if (width <= NARROWEST) {
      break;
    }
    widths[widest] = Math.max(NARROWEST, Math.min(width - 1, Math.max(width - over, next)));
  }
  return widths;
}

const NARROWEST = 10;
/** A space on either side, and one between columns. */
const PADDING = 3;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** A table without a grid. */
const QUIET = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

function plain(value: unknown): string {
  if (value === undefined || value === null) {
    return '';
  }
  if (value instanceof Date || (typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value))) {
    return new Date(value).toLocaleString('sv-SE');
  }
  if (Array.isArray(value)) {
    return value.map(plain).join(isRecords(value) ? '\n' : ', ');
  }
  if (isRecord(value)) {
    return Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => `${title(key)}: ${plain(item)}`)
      .join(', ');
  }
  // Before a table measures it: mail decides what stands in subjects.
  return terminalText(String(value as string | number | boolean));
}

/** `nextTryAt` -> `next try at`, `memoryMB` -> `memory MB`; names of settings and of people stay as they are. */
function title(key: string): string {
  return /^[a-z][A-Za-z0-9]*$/.test(key)
    ? key.replace(/[A-Z]+/g, (letters) => ` ${letters.length > 1 ? letters : letters.toLowerCase()}`)
    : key;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function isRecords(value: readonly unknown[]): value is readonly Readonly<Record<string, unknown>>[] {
  return value.length > 0 && value.every(isRecord);
}
