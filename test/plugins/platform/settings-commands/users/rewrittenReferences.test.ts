// Names of users in properties of plugins: what they become when a user is renamed or removed.
import { accountEntries } from '@postroom/sdk/settings';
import { expect } from 'chai';
import { mergeSchema } from '#core/configuration/schema/schema.js';
import { rewrittenReferences } from '#plugins/platform/settings-commands/dist/users/rewrittenReferences.js';
import { manifest } from '../../../../core/configuration/manifests.js';

const TEXT = { type: 'string', default: '', title: 'x' } as const;
const schema = mergeSchema(
  [
    manifest('sorter', {
      accountKinds: [{ kind: 'regular', title: 'Regular', description: 'One address.', owns: 'address' }],
      configuration: {
        title: 'Sorter',
        properties: {
          'sorter.deputy': { ...TEXT, scope: 'user', refersTo: 'user' },
          'sorter.copies': { type: 'array', items: { type: 'string' }, default: [], title: 'x', scope: 'user', refersTo: 'user' },
          'sorter.rules': {
            type: 'array',
            title: 'x',
            default: [],
            scope: 'account',
            items: {
              type: 'object',
              properties: { word: { type: 'string' }, reader: { type: 'string', refersTo: 'user' } },
              required: ['word'],
            },
          },
          'sorter.words': { type: 'array', items: { type: 'string' }, default: [], title: 'x', scope: 'account' },
          'sorter.server': { ...TEXT, refersTo: 'user' },
        },
      },
    }),
  ],
  () => undefined,
);

const SETTINGS = {
  'sorter.server': 'andrew',
  accounts: {
    company: {
      kind: 'regular',
      address: 'mail@company.example',
      'sorter.words': ['andrew'],
      'sorter.rules': [{ word: 'andrew', reader: 'Andrew' }, { word: 'stamps' }],
      users: {
        andrew: { 'sorter.copies': ['greg'] },
        greg: { 'sorter.deputy': 'ANDREW', 'sorter.copies': ['carolyn', 'andrew'] },
        carolyn: {},
      },
    },
  },
};
const [company] = accountEntries(SETTINGS);
if (company === undefined) throw new Error('There is an account.');
const isAndrew = (name: string): boolean => name.toLowerCase() === 'andrew';

describe('names of users in properties of plugins', () => {
  it('become the new one, and leave all else as it is', () => {
    const found = rewrittenReferences(company, isAndrew, 'andreas', schema);
    expect(found.map(({ key, user, value }) => [user?.name, key, value])).to.deep.equal([
      [undefined, 'sorter.rules', [{ word: 'andrew', reader: 'andreas' }, { word: 'stamps' }]],
      ['greg', 'sorter.deputy', 'andreas'],
      ['greg', 'sorter.copies', ['carolyn', 'andreas']],
    ]);
  });

  it('are taken out with a user, and with the last one the property', () => {
    const found = rewrittenReferences(company, isAndrew, undefined, schema);
    expect(found.map(({ key, value }) => [key, value])).to.deep.equal([
      ['sorter.rules', [{ word: 'andrew' }, { word: 'stamps' }]],
      ['sorter.deputy', undefined],
      ['sorter.copies', ['carolyn']],
    ]);
  });

  it('leave no trace in lists of which they are all, and stand where they stood', () => {
    const named = {
      ...SETTINGS.accounts.company,
      'sorter.rules': [{ reader: 'andrew', word: 'a' }],
      users: { greg: { 'sorter.copies': ['andrew', 'Andrew'] } },
    };
    const [account = company] = accountEntries({ accounts: { company: named } });
    const values = (instead?: string): readonly unknown[] =>
      rewrittenReferences(account, isAndrew, instead, schema).map(({ value }) => value);
    expect(values()).to.deep.equal([[{ word: 'a' }], []]);
    expect(JSON.stringify(values('andreas'))).to.equal('[[{"reader":"andreas","word":"a"}],["andreas","andreas"]]');
  });
});
