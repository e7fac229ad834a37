// docs/sorting.md shows what the tests test.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { withCasesTable } from './casesTable.js';
import { readSortingCases } from './sortingCase.js';

const PAGE = new URL('../../../../docs/sorting.md', import.meta.url);

describe('the page about sorting', () => {
  it('has a row for every case, as the fixtures have it ("npm run docs" makes it so)', () => {
    const page = readFileSync(PAGE, 'utf8');
    expect(page).to.equal(withCasesTable(page, readSortingCases()));
    expect(page.split('\n').filter((line) => /^\| \d+\w* \|/.test(line))).to.have.length(readSortingCases().length);
  });
});
