import type { LicenceQuery } from '@postroom/sdk';
import { expect } from 'chai';
import { activate } from '#plugins/licensing-lite/dist/plugin.js';
import { editionHandler, manifestOf } from '../../kit/editionHandler.js';

const judge = editionHandler('licensing-lite', activate);

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

  it('names the limits that Pro has', () => {
    const pro = manifestOf('licensing-pro').contributes?.edition;
    expect(judge(configure(1, 1)))
      .to.have.property('remedy')
      .that.contains(`which shares ${pro?.accounts}.`);
    expect(judge(configure(6)))
      .to.have.property('remedy')
      .that.contains(`which has ${pro?.usersPerAccount}.`);
  });
});
