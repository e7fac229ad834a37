// Cases that one message and its outcome cannot tell: restarts, several rounds, broken lines. Their tests bear the number in the title, in brackets.
import { type TestTitle, testTitles } from '../../kit/testTitles.js';

/** A test that plays cases of the sorting rules. */
export interface NumberedTest {
  /** In test/, without the ending: `flow/exactlyOnce`. */
  readonly file: string;
  /** Without numbers. */
  readonly title: string;
  readonly cases: readonly number[];
}

/** Numbers of other rules that a title begins with: `C33 deletes ...`. */
const CODES = /^(?:[A-Z]\d+ )+/;
const NUMBERS = / \(((?:\w+(?: to \w+)?(?:, )?)+)\)/g;

export function numberedTests(): readonly NumberedTest[] {
  return tests()
    .map(numbered)
    .filter(({ cases }) => cases.length > 0);
}

/** Rows of other tables of the page, `forged 1` or `claimed 2`, and the files whose tests bear them in a title, in brackets. */
export function filesByRow(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { file, title } of tests()) {
    for (const [, row = ''] of title.matchAll(/ \(((?:forged|claimed) \d+)\)/g)) found.set(row, [...(found.get(row) ?? []), file]);
  }
  return found;
}

function tests(): readonly TestTitle[] {
  return testTitles().filter(({ of }) => of === 'test');
}

/** Plain numbers are cases; other rules have a letter in front. */
function numbered({ file, title }: TestTitle): NumberedTest {
  const brackets = [...title.matchAll(NUMBERS)].filter(([, list = '']) => list.split(', ').some((word) => /^\d{1,3}$/.test(word)));
  const words = brackets.flatMap(([, list = '']) => list.split(', '));
  return {
    file,
    title: brackets.reduce((text, [all]) => text.replace(all, ''), title).replace(CODES, ''),
    cases: words.filter((word) => /^\d{1,3}$/.test(word)).map(Number),
  };
}
