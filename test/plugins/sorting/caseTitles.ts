// Cases that one message and its outcome cannot tell: restarts, several rounds, broken lines. Their tests bear the number in the title, in brackets.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A test that plays cases of the sorting rules. */
export interface NumberedTest {
  /** In test/, without the ending: `flow/exactlyOnce`. */
  readonly file: string;
  /** Without numbers. */
  readonly title: string;
  readonly cases: readonly number[];
}

const TESTS = fileURLToPath(new URL('../../../', import.meta.url));
/** A file with tests, or with a suite that such files call. */
const FILE = /(?:\.test|Suite)\.ts$/;
/** `it('... (75, 77)'`, in quotes of any kind. */
const TITLE = /\bit\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g;
/** Numbers of other rules that a title begins with: `C33 deletes ...`. */
const CODES = /^(?:[A-Z]\d+ )+/;
const NUMBERS = / \(((?:\w+(?: to \w+)?(?:, )?)+)\)/g;

export function numberedTests(): readonly NumberedTest[] {
  return readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((file) => FILE.test(file) && !file.startsWith('dist'))
    .sort()
    .flatMap((file) => titlesOf(readFileSync(path.join(TESTS, file), 'utf8')).map((title) => numbered(file, title)))
    .filter(({ cases }) => cases.length > 0);
}

/** Rows of other tables of the page, `forged 1` or `claimed 2`, and the files whose tests bear them in a title, in brackets. */
export function filesByRow(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((file) => FILE.test(file) && !file.startsWith('dist'));
  for (const file of files.sort()) {
    const titles = titlesOf(readFileSync(path.join(TESTS, file), 'utf8')).join('\n');
    for (const [, row = ''] of titles.matchAll(/ \(((?:forged|claimed) \d+)\)/g))
      found.set(row, [...(found.get(row) ?? []), file.replace(/(?:\.test)?\.ts$/, '')]);
  }
  return found;
}

function titlesOf(source: string): readonly string[] {
  return [...source.matchAll(TITLE)].map(([, , title = '']) => title.replace(/\$\{[^}]*\}/g, '…').replace(/\\(.)/g, '$1'));
}

/** Plain numbers are cases; other rules have a letter in front. */
function numbered(file: string, title: string): NumberedTest {
  const brackets = [...title.matchAll(NUMBERS)].filter(([, list = '']) => list.split(', ').some((word) => /^\d{1,3}$/.test(word)));
  const words = brackets.flatMap(([, list = '']) => list.split(', '));
  return {
    file: file.replace(/(?:\.test)?\.ts$/, ''),
    title: brackets.reduce((text, [all]) => text.replace(all, ''), title).replace(CODES, ''),
    cases: words.filter((word) => /^\d{1,3}$/.test(word)).map(Number),
  };
}
