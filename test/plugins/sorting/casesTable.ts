// The table of docs/sorting.md, made from the fixtures and the titles of tests so that it cannot rot. Pure.
import type { NumberedTest } from './caseTitles.js';
import type { CaseRun, SortingCase } from './sortingCase.js';

const START = '<!-- cases -->';
const END = '<!-- /cases -->';
/** The last case of the rules. */
export const LAST_CASE = 129;

/** The page with its table made anew. Throws where the page has no place for it. */
export function withCasesTable(page: string, cases: readonly SortingCase[], tests: readonly NumberedTest[]): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`The page has no ${START} ... ${END}.`);
  return `${page.slice(0, start + START.length)}\n${casesTable(cases, tests)}\n${page.slice(end)}`;
}

/** Cases that neither a fixture nor the title of a test names. */
export function casesWithoutTest(cases: readonly SortingCase[], tests: readonly NumberedTest[]): readonly number[] {
  const tested = new Set([...cases.map(numberOf), ...tests.flatMap((test) => test.cases)]);
  return Array.from({ length: LAST_CASE }, (_, index) => index + 1).filter((number) => !tested.has(number));
}

function casesTable(cases: readonly SortingCase[], tests: readonly NumberedTest[]): string {
  const rows: string[] = [];
  for (let number = 0; number <= LAST_CASE; number += 1) {
    const fixtures = cases.filter((each) => numberOf(each) === number).sort((a, b) => (a.case < b.case ? -1 : 1));
    const further = tests.filter((test) => test.cases.includes(number));
    rows.push(...fixtures.map((each, index) => fixtureRow(each, index === 0 ? further : [])));
    if (fixtures.length === 0) rows.push(row(`${number}`, further.map(({ title }) => title).join('; '), '', filesOf(further)));
  }
  return ['| case | what | who gets it, by which rung | played by |', '|---|---|---|---|', ...rows].join('\n');
}

function fixtureRow(each: SortingCase, further: readonly NumberedTest[]): string {
  return row(each.case, each.title, outcomesOf(each).join('; '), filesOf([{ file: 'fixture' }, ...further]));
}

function filesOf(tests: readonly Pick<NumberedTest, 'file'>[]): string {
  return [...new Set(tests.map(({ file }) => file))].join(', ');
}

function row(...texts: readonly string[]): string {
  return `| ${texts.map(cell).join(' | ')} |`;
}

/** Outcomes in the order in which they first appear. */
function outcomesOf({ runs }: SortingCase): readonly string[] {
  return [...new Set(runs.flatMap((run) => outcomeOf(run) ?? []))];
}

function outcomeOf({ delivered, expect: expected, outside = [] }: CaseRun): string | undefined {
  if (delivered !== undefined) {
    return Object.entries(delivered)
      .map(([user, copies]) => `${user} ${copies === 1 ? 'one' : copies}`)
      .join(', ');
  }
  if (expected === undefined) return undefined;
  const who = expected.mailboxes.length > 0 ? expected.mailboxes.join(', ') : outside.length > 0 ? 'the outside' : 'nobody';
  const how = [expected.disposition, expected.rung, expected.reason && `"${expected.reason}"`].filter((part) => part !== undefined);
  return how.length === 0 ? who : `${who} (${how.join(', ')})`;
}

function numberOf({ case: name }: SortingCase): number {
  return Number.parseInt(name, 10);
}

/** Bars and angle brackets mean something in a table of Markdown. */
function cell(text: string): string {
  return text.replace(/[|<>\\]/g, (character) => `\\${character}`);
}
