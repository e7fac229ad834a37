// The table of docs/sorting.md, made from the fixtures so that it cannot rot. Pure.
import type { CaseRun, SortingCase } from './sortingCase.js';

const START = '<!-- cases -->';
const END = '<!-- /cases -->';

/** The page with its table made anew. Throws where the page has no place for it. */
export function withCasesTable(page: string, cases: readonly SortingCase[]): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`The page has no ${START} ... ${END}.`);
  return `${page.slice(0, start + START.length)}\n${casesTable(cases)}\n${page.slice(end)}`;
}

function casesTable(cases: readonly SortingCase[]): string {
  const rows = [...cases]
    .sort((a, b) => numberOf(a) - numberOf(b) || (a.case < b.case ? -1 : 1))
    .map((each) => `| ${each.case} | ${cell(each.title)} | ${cell(outcomesOf(each).join('; '))} |`);
  return ['| case | what | who gets it, by which rung |', '|---|---|---|', ...rows].join('\n');
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
