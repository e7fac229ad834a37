import type { LicenceQuery } from '@postroom/sdk';
import { expect } from 'chai';
import { judge } from '#plugins/licensing-lite/dist/judge.js';

const configure = (...users: readonly number[]): LicenceQuery => ({
  kind: 'configure',
  accounts: users.map((count, index) => ({ id: `account${index + 1}`, users: count })),
});

describe('the edition Lite', () => {
  it('runs, and shares one account among five users', () => {
    const granted = { granted: true, edition: 'Lite', limits: { accounts: 1, usersPerAccount: 5 } };
    for (const query of [{ kind: 'run' } as const, configure(), configure(5)]) expect(judge(query)).to.deep.equal(granted);
  });

  it('refuses the second account in a sentence that counts', () => {
    expect(judge(configure(1, 1))).to.deep.equal({
      granted: false,
      edition: 'Lite',
      reason: 'Lite shares 1 account; this would be the 2nd.',
      remedy: 'Remove one, or enable postroom.licensing-pro, which shares 20.',
    });
    expect(judge(configure(1, 1, 1))).to.include({ reason: 'Lite shares 1 account; these would be 3.' });
  });

  it('refuses the sixth user, and names the account', () => {
    expect(judge(configure(6))).to.deep.equal({
      granted: false,
      edition: 'Lite',
      reason: 'Lite has 5 users in an account; account1 would have 6.',
      remedy: 'Remove one, or enable postroom.licensing-pro, which has 64.',
    });
  });
});
