import type { LicenceQuery } from '@postroom/sdk';
import { expect } from 'chai';
import { activate } from '#plugins/licensing-pro/dist/plugin.js';
import { editionHandler } from '../../kit/editionHandler.js';

const judge = editionHandler('licensing-pro', activate);

const configure = (...users: readonly number[]): LicenceQuery => ({
  kind: 'configure',
  accounts: users.map((count, index) => ({ id: `account${index + 1}`, users: count })),
});
const accounts = (count: number): LicenceQuery => configure(...Array<number>(count).fill(1));

describe('the edition Pro', () => {
  it('runs, and shares twenty accounts among 64 users each', () => {
    const granted = { granted: true, edition: 'Pro', limits: { accounts: 20, usersPerAccount: 64 } };
    for (const query of [{ kind: 'run' } as const, configure(...Array<number>(20).fill(64))]) expect(judge(query)).to.deep.equal(granted);
  });

  it('refuses the 21st account in a sentence that counts', () => {
    expect(judge(accounts(21))).to.include({ granted: false, reason: 'Pro shares 20 accounts; this would be the 21st.' });
    expect(judge(accounts(25))).to.include({ reason: 'Pro shares 20 accounts; these would be 25.' });
  });

  it('refuses the 65th user, and names the account', () => {
    const verdict = judge(configure(64, 66));
    expect(verdict).to.include({ granted: false, reason: 'Pro has 64 users in an account; account2 would have 66.' });
    expect(verdict).to.have.property('remedy').that.contains('Remove 2');
  });
});
