// docs/protocols.md: what the numbers in the titles of tests mean, in both directions.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../kit/sourceFiles.js';
import { testTitles, titlesIn } from '../kit/testTitles.js';
import { filesByRule, rulesIn, rulesOf, withTests } from './protocolRules.js';

const page = readFileSync(path.join(ROOT, 'docs', 'protocols.md'), 'utf8');
const files = filesByRule(testTitles());

describe('the page about protocols', () => {
  it('explains every number that a title bears', () => {
    const explained = new Set(rulesOf(page));
    expect([...files].filter(([rule]) => !explained.has(rule))).to.deep.equal([]);
  });

  it('explains none that no title bears', () => {
    expect(rulesOf(page).filter((rule) => !files.has(rule))).to.deep.equal([]);
  });

  it('has each rule once, in order, in one sentence', () => {
    for (const letter of 'PCSRF') {
      const rules = rulesOf(page).filter((rule) => rule.startsWith(letter));
      expect(rules.length, letter).to.be.greaterThan(20);
      expect(rules.map((rule) => Number(rule.slice(1)))).to.deep.equal(
        [...new Set(rules.map((rule) => Number(rule.slice(1))))].sort((a, b) => a - b),
      );
    }
    const sentences = page.split('\n').filter((line) => /^\| [PCSRF]\d/.test(line));
    expect(sentences.filter((line) => !/^\| \w+ \| .+\. \|/.test(line))).to.deep.equal([]);
  });

  it('names the tests of every rule ("npm run docs" makes it so)', () => {
    expect(withTests(page, files)).to.equal(page);
  });
});

describe('the numbers in titles', () => {
  it('are found at the beginning, in brackets and in the middle, ranges too', () => {
    expect(rulesIn('P17 R02 lets one session in at a time (75, P44)')).to.deep.equal(['P17', 'R02', 'P44']);
    expect(rulesIn('does no harm: … (73, 74, F80 to F82)')).to.deep.equal(['F80', 'F81', 'F82']);
    expect(rulesIn('answers 421 to RFC5321, UTF8 and S3')).to.deep.equal([]);
  });

  it('are read from tests and their groups, in quotes of any kind', () => {
    // Put together, so that the page does not take them for titles of this file.
    const call = (word: string, title: string): string => `${word}(${title}, f);`;
    const template = '`P02 takes $'.concat('{any} case`');
    const source = [call('describe', '"nights (F42)"'), call('it', "'P01 greets'"), call('it', template)].join('\n');
    expect(titlesIn(source, 'x')).to.deep.equal([
      { file: 'x', of: 'group', title: 'nights (F42)' },
      { file: 'x', of: 'test', title: 'P01 greets' },
      { file: 'x', of: 'test', title: 'P02 takes … case' },
    ]);
  });

  it('that have no row are seen, and rows of another letter are refused', () => {
    expect(
      filesByRule([
        { file: 'a', of: 'test', title: 'P98 P98 x' },
        { file: 'b', of: 'test', title: 'P98' },
      ]),
    ).to.deep.equal(new Map([['P98', ['a', 'b']]]));
    const table = (row: string): string => `<!-- tests P -->\n${row}\n<!-- end -->`;
    expect(withTests(table('| P98 | Holds. |'), new Map([['P98', ['a', 'b']]]))).to.include('| P98 | Holds. | a, b |');
    expect(() => withTests(table('| S01 | Holds. |'), new Map())).to.throw('no rule of P');
  });
});
