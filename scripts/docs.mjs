// Makes the generated parts of docs/ and the types of the manager's page again. Needs a build with the tests.
import { readFileSync, writeFileSync } from 'node:fs';

const { withCasesTable } = await import('#test/plugins/sorting/casesTable.js');
const { numberedTests } = await import('#test/plugins/sorting/caseTitles.js');
const { readSortingCases } = await import('#test/plugins/sorting/sortingCase.js');

const page = new URL('../docs/sorting.md', import.meta.url);
writeFileSync(page, withCasesTable(readFileSync(page, 'utf8'), readSortingCases(), numberedTests()));

const { withLimits } = await import('#test/limitsTable.js');
const limits = new URL('../docs/limits.md', import.meta.url);
writeFileSync(limits, withLimits(readFileSync(limits, 'utf8')));

const { testTitles } = await import('#test/kit/testTitles.js');
const { filesByRule, withTests } = await import('#test/docs/protocolRules.js');
const protocols = new URL('../docs/protocols.md', import.meta.url);
writeFileSync(protocols, withTests(readFileSync(protocols, 'utf8'), filesByRule(testTitles())));

const { ANSWER_TYPES, answerTypes } = await import('./answerTypes.mjs');
writeFileSync(ANSWER_TYPES, answerTypes());
