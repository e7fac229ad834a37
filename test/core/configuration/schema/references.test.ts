// Names of users in properties of plugins: where they are, and what editors complete.
import { createRequire } from 'node:module';
import { accountEntries, userNamesIn, userReferences, withUserNames } from '@postroom/sdk/settings';
import { expect } from 'chai';
import { mergeSchema } from '#core/configuration/schema/schema.js';
import { manifest } from '../manifests.js';

// Its module for Node is one of the old kind, whose names an import can't see.
const { getLanguageService, TextDocument } = createRequire(import.meta.url)(
  'vscode-json-languageservice',
) as typeof import('vscode-json-languageservice');

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

describe('names of users in properties of plugins', () => {
  it('are those that the schemas say are some, at whatever depth, and no other texts', () => {
    expect(userReferences(company, schema).map(({ path, name, user }) => [path.slice(2).join(' '), name, user?.name])).to.deep.equal([
      ['sorter.rules 0 reader', 'Andrew', undefined],
      ['users andrew sorter.copies 0', 'greg', 'andrew'],
      ['users greg sorter.deputy', 'ANDREW', 'greg'],
      ['users greg sorter.copies 0', 'carolyn', 'greg'],
      ['users greg sorter.copies 1', 'andrew', 'greg'],
    ]);
  });

  it('are completed in editors', async () => {
    const names = userNamesIn(SETTINGS);
    expect(names).to.deep.equal(['andrew', 'greg', 'carolyn']);
    const service = getLanguageService({});
    service.configure({ schemas: [{ uri: 'urn:x', fileMatch: ['*'], schema: withUserNames(schema.json, names) as object }] });
    const labels = async (marked: string): Promise<readonly string[]> => {
      const document = TextDocument.create('file:///settings.json', 'jsonc', 1, marked.replace('§', ''));
      const list = await service.doComplete(document, document.positionAt(marked.indexOf('§')), service.parseJSONDocument(document));
      return (list?.items ?? []).map(({ label }) => label);
    };
    const inUser = (text: string): string => `{"accounts": {"company": {"users": {"greg": {${text}}}}}}`;
    const quoted = names.map((name) => `"${name}"`);
    expect(await labels(inUser('"sorter.deputy": §'))).to.include.members(quoted);
    expect(await labels(inUser('"sorter.copies": ["greg", §]'))).to.include.members(quoted);
    expect(await labels('{"accounts": {"company": {"sorter.rules": [{"reader": §}]}}}')).to.include.members(quoted);
    expect(await labels('{"accounts": {"company": {"sorter.rules": [{"word": §}]}}}')).to.not.include.members(['"andrew"']);
  });
});
