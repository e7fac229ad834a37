import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../kit/sourceFiles.js';
import { ATTACKS, FULL_DISK } from './table.js';

/** Titles in a file's text; what is put in for `${...}` may be anything. */
function hasTitle(text: string, title: string): boolean {
  const titles = [...text.matchAll(/\b(?:describe|it)\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g)];
  return titles.some(([, single, double, template]) => {
    const known = single ?? double;
    if (known !== undefined) return known.replace(/\\(.)/g, '$1').includes(title);
    return couldHold(template ?? '', title);
  });
}

/** Whether a piece of the template, with anything in its places, is the title's piece. */
function couldHold(template: string, title: string): boolean {
  const fixed = template.split(/\$\{[^}]*\}/);
  return fixed.some((part) => part.trim() !== '' && (part.includes(title) || title.includes(part.trim()) || part.trim().includes(title)));
}

describe('the table of attacks', () => {
  it('names tests that there are', () => {
    const missing = ATTACKS.filter(({ file, title }) => {
      const source = file === FULL_DISK ? `${file}.ts` : `${file}.test.ts`;
      const text = readFileSync(path.join(ROOT, 'test', source), 'utf8');
      return !hasTitle(text, title) && !text.includes(title);
    });
    expect(missing).to.deep.equal([]);
  });

  it('has a row for every finding', () => {
    const numbers = (letter: string, from: number, to: number): readonly string[] =>
      Array.from({ length: to - from + 1 }, (_, each) => `${letter}${from + each}`);
    const findings = [...numbers('S', 1, 23), ...numbers('A', 1, 4), 'A12', 'R1', ...numbers('R', 8, 11)];
    const has = new Set(ATTACKS.map(({ finding }) => finding));
    expect(findings.filter((finding) => !has.has(finding))).to.deep.equal([]);
  });

  it('has no row twice', () => {
    const keys = ATTACKS.map(({ finding, tried, title }) => `${finding} ${tried} ${title}`);
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).to.deep.equal([]);
  });
});
