// The installed editions in words.

import { editionChoices, editionsBySize, editionsCompared } from '@postroom/sdk/settings';
import { expect } from 'chai';

const EDITIONS = new Map([
  ['acme.huge', { name: 'Huge', accounts: 50, usersPerAccount: 1 }],
  ['acme.free', undefined],
  ['acme.small-office', { name: 'Small', accounts: 1, usersPerAccount: 5 }],
  ['acme.large', { name: 'Large', accounts: 20, usersPerAccount: 64 }],
]);

describe('the installed editions', () => {
  it('come by their size, those without limits last', () => {
    expect(editionsBySize(EDITIONS).map(([id]) => id)).to.deep.equal(['acme.small-office', 'acme.large', 'acme.huge', 'acme.free']);
  });

  it('are told apart by what they grant', () => {
    expect(editionChoices(EDITIONS)).to.equal(
      'acme.small-office (1 account, 5 users) or acme.large (20 accounts, 64 users each) or acme.huge (50 accounts, 1 user each) or acme.free',
    );
    expect(editionsCompared(EDITIONS)).to.equal(
      'small-office shares 1 account among 5 users, large 20 accounts among 64 users each, huge 50 accounts among 1 user each',
    );
    expect(editionChoices(new Map())).to.equal('');
  });
});
