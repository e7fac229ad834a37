// The tables of docs/protocols.md: each row a rule, with the tests whose titles bear its number. `npm run docs` fills in the tests. Pure.
import type { TestTitle } from '../kit/testTitles.js';

/** `P17`, and `F80 to F82` for three. */
const NUMBERS = /\b([PCSRF])(\d{2,3})(?: to \1(\d{2,3}))?\b/g;
const TABLE = /(<!-- tests ([A-Z]) -->\n)[\s\S]*?(\n<!-- end -->)/g;
/** A row as it is written by hand, `| P17 | One session ... |`, or with its tests behind it. */
const ROW = /^\| ([A-Z]\d{2,3}) \| (.+?) \|(?: .*\|)?$/;

/** The numbers in titles, with the files of their tests. */
export function filesByRule(titles: readonly TestTitle[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { file, title } of titles) {
    for (const rule of rulesIn(title)) {
      const files = found.get(rule) ?? [];
      if (!files.includes(file)) files.push(file);
      found.set(rule, files);
    }
  }
  return found;
}

/** `R01 F01 loses nothing` -> R01, F01. */
export function rulesIn(title: string): readonly string[] {
  return [...title.matchAll(NUMBERS)].flatMap(([, letter = '', first = '', last = first]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, each) => `${letter}${String(Number(first) + each).padStart(2, '0')}`),
  );
}

/** The rules of the page, in its order. */
export function rulesOf(page: string): readonly string[] {
  return page.split('\n').flatMap((line) => ROW.exec(line)?.[1] ?? []);
}

/** The page with the tests of every rule; one without a test gets an empty cell. Throws where a line of a table is no row of its letter. */
export function withTests(page: string, files: ReadonlyMap<string, readonly string[]>): string {
  return page.replace(TABLE, (whole: string, begin: string, letter: string, end: string) => {
    const lines = whole.slice(begin.length, -end.length).split('\n');
    const rows = lines
      .filter((line) => line !== '' && !/^\| (?:rule \||---)/.test(line))
      .map((line) => {
        const [, rule, sentence] = ROW.exec(line) ?? [];
        if (rule === undefined || !rule.startsWith(letter)) throw new Error(`docs/protocols.md has no rule of ${letter} in: ${line}`);
        return `| ${rule} | ${sentence} | ${(files.get(rule) ?? []).join(', ')} |`;
      });
    return `${begin}\n| rule | what holds | tests |\n| --- | --- | --- |\n${rows.join('\n')}\n${end}`;
  });
}
