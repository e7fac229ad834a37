// Messages as public reports show them: whom "explain" gives each to. The folder stands beside the tree and is not part of it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import type { Explanation } from '#plugins/platform/review/dist/explainer.js';
import { CASES } from '../../kit/publicCases.js';
import type { CaseAccount } from './sortingCase.js';
import { closeSortingServers, SortingServer } from './sortingServer.js';

/** What a case's folder says in `case.json`. */
interface PublicCase {
  readonly account: Pick<CaseAccount, 'kind' | 'address' | 'users'> & { readonly settings?: Readonly<Record<string, unknown>> };
  readonly file: string;
  readonly mailboxes: readonly string[];
}

function namesOfCases(): readonly string[] {
  if (!existsSync(CASES)) return [];
  return readdirSync(CASES)
    .filter((name) => existsSync(path.join(CASES, name, 'case.json')))
    .sort();
}

describe('cases from public reports', () => {
  const names = namesOfCases();
  afterEach(closeSortingServers);

  it('are there', function () {
    if (names.length > 0) return;
    console.warn(`      Skipped: there are no cases at ${CASES}. Set POSTROOM_CASES to their folder.`);
    this.skip();
  });

  for (const name of names) {
    it(`case ${name} goes where it should`, async () => {
      const { account, file, mailboxes } = JSON.parse(readFileSync(path.join(CASES, name, 'case.json'), 'utf8')) as PublicCase;
      const { settings, ...own } = account;
      const server = await SortingServer.start({ accounts: { office: { ...own, ...settings } } });
      const octets = readFileSync(path.join(CASES, name, file));
      const found = (await server.command('explain', { account: 'office', file: octets.toString('base64') })) as Explanation;
      const about = `${name}: ${found.trail.map(({ tap, change, reason }) => `${tap}: ${change}; ${reason}`).join('\n')}`;
      expect([...found.mailboxes].sort(), about).to.deep.equal([...mailboxes].sort());
    });
  }
});
