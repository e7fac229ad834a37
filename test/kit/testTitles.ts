// The titles of all tests, read from their sources, for pages of docs/ that say what is tested.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './sourceFiles.js';

export interface TestTitle {
  /** In test/, or of the suite in sdk/testing/, without the ending: `flow/exactlyOnce`, `storeSuite/outboxSuite`. */
  readonly file: string;
  readonly of: 'test' | 'group';
  /** What a template inserts is shown as `…`. */
  readonly title: string;
}

/** A file with tests, or with a suite that such files call. */
const FILE = /(?:\.test|Suite)\.ts$/;
/** `it('...` and `describe('...`, in quotes of any kind. */
const TITLE = /\b(it|describe)\(\s*(['"`])((?:\\.|(?!\2).)*)\2/g;

/** In the order of files and of titles in them. */
export function testTitles(): readonly TestTitle[] {
  return [...titlesBelow('sdk/testing'), ...titlesBelow('test')];
}

function titlesBelow(folder: string): readonly TestTitle[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => FILE.test(file) && !file.startsWith('dist/'))
    .sort()
    .flatMap((file) => titlesIn(readFileSync(path.join(ROOT, folder, file), 'utf8'), file.replace(/(?:\.test)?\.ts$/, '')));
}

/** Exported for its test. */
export function titlesIn(source: string, file: string): readonly TestTitle[] {
  return [...source.matchAll(TITLE)].map(([, word, , title = '']) => ({
    file,
    of: word === 'it' ? 'test' : 'group',
    title: title.replace(/\$\{[^}]*\}/g, '…').replace(/\\(.)/g, '$1'),
  }));
}
