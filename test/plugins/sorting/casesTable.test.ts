// docs/sorting.md shows what the tests test, and the tests test every case of the rules.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { casesWithoutTest, LAST_CASE, LAST_LATER_CASE, withCasesTable } from './casesTable.js';
import { numberedTests } from './caseTitles.js';
import { readSortingCases } from './sortingCase.js';

const PAGE = new URL('../../../../docs/sorting.md', import.meta.url);

describe('the page about sorting', () => {
  it('has a row for every case, as fixtures and tests have it ("npm run docs" makes it so)', () => {
    const page = readFileSync(PAGE, 'utf8');
    expect(page).to.equal(withCasesTable(page, readSortingCases(), numberedTests()));
    const numbers = new Set([...page.matchAll(/^\| (\d+)\w* \|/gm)].map(([, number]) => Number(number)));
    expect([...numbers].filter((number) => number > 0 && number <= LAST_CASE)).to.have.length(LAST_CASE);
  });

  it('leaves no case without a test', () => {
    expect(casesWithoutTest(readSortingCases(), numberedTests())).to.deep.equal([]);
    expect(casesWithoutTest(readSortingCases(), []).at(0), 'a case that needs more than one message').to.equal(75);
  });

  it('finds the numbers in the titles of tests', () => {
    const found = numberedTests().filter(({ file }) => file === 'flow/exactlyOnce');
    expect(found.find(({ cases }) => cases.includes(77))).to.deep.include({ cases: [75, 77], title: 'after a cut in QUIT, …' });
    expect(numberedTests().filter(({ cases }) => cases.some((number) => number > LAST_LATER_CASE))).to.deep.equal([]);
  });
});
