import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { ROOT } from './kit/sourceFiles.js';
import { withLimits } from './limitsTable.js';

describe('docs/limits.md', () => {
  it('says what the code does (npm run docs)', () => {
    const page = readFileSync(`${ROOT}/docs/limits.md`, 'utf8');
    expect(page.match(/<!-- limits \w+ -->/g)).to.have.length(4);
    expect(page.split('\n').filter((line) => line.startsWith('|'))).to.have.length.of.at.least(40);
    expect(withLimits(page)).to.equal(page);
  });
});
