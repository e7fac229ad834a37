// Names of users in properties of plugins: what they become when a user is renamed or removed.
import { accountEntries } from '@postroom/sdk/settings';
import { expect } from 'chai';
import { rewrittenReferences } from '#plugins/platform/settings-commands/dist/users/rewrittenReferences.js';
import { REFERRING_SCHEMA, REFERRING_SETTINGS, referringAccount } from '../../../../core/configuration/referringSettings.js';

const company = referringAccount();
const isAndrew = (name: string): boolean => name.toLowerCase() === 'andrew';

describe('names of users in properties of plugins', () => {
  it('become the new one, and leave all else as it is', () => {
    const found = rewrittenReferences(company, isAndrew, 'andreas', REFERRING_SCHEMA);
    expect(found.map(({ key, user, value }) => [user?.name, key, value])).to.deep.equal([
      [undefined, 'sorter.rules', [{ word: 'andrew', reader: 'andreas' }, { word: 'stamps' }]],
      ['greg', 'sorter.deputy', 'andreas'],
      ['greg', 'sorter.copies', ['carolyn', 'andreas']],
    ]);
  });

  it('are taken out with a user, and with the last one the property', () => {
    const found = rewrittenReferences(company, isAndrew, undefined, REFERRING_SCHEMA);
    expect(found.map(({ key, value }) => [key, value])).to.deep.equal([
      ['sorter.rules', [{ word: 'andrew' }, { word: 'stamps' }]],
      ['sorter.deputy', undefined],
      ['sorter.copies', ['carolyn']],
    ]);
  });

  it('leave no trace in lists of which they are all, and stand where they stood', () => {
    const named = {
      ...REFERRING_SETTINGS.accounts.company,
      'sorter.rules': [{ reader: 'andrew', word: 'a' }],
      users: { greg: { 'sorter.copies': ['andrew', 'Andrew'] } },
    };
    const [account = company] = accountEntries({ accounts: { company: named } });
    const values = (instead?: string): readonly unknown[] =>
      rewrittenReferences(account, isAndrew, instead, REFERRING_SCHEMA).map(({ value }) => value);
    expect(values()).to.deep.equal([[{ word: 'a' }], []]);
    expect(JSON.stringify(values('andreas'))).to.equal('[[{"reader":"andreas","word":"a"}],["andreas","andreas"]]');
  });
});
