// An account whose properties, and those of its users, name users: in texts, in lists and inside of objects, beside texts that name nobody.
import { type AccountEntry, accountEntries } from '@postroom/sdk/settings';
import { mergeSchema } from '#core/configuration/schema/schema.js';
import { manifest } from './manifests.js';

const TEXT = { type: 'string', default: '', title: 'x' } as const;
export const REFERRING_SCHEMA = mergeSchema(
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

export const REFERRING_SETTINGS = {
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

/** The account `company` of these settings. */
export function referringAccount(): AccountEntry {
  const [company] = accountEntries(REFERRING_SETTINGS);
  if (company === undefined) throw new Error('There is an account.');
  return company;
}
