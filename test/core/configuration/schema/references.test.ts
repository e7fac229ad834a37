// Names of users in properties of plugins: where they are, and what editors complete.
import { createRequire } from 'node:module';
import { userNamesIn, userReferences, withUserNames } from '@postroom/sdk/settings';
import { expect } from 'chai';
import { REFERRING_SCHEMA, REFERRING_SETTINGS, referringAccount } from '../referringSettings.js';

// Its module for Node is one of the old kind, whose names an import can't see.
const { getLanguageService, TextDocument } = createRequire(import.meta.url)(
  'vscode-json-languageservice',
) as typeof import('vscode-json-languageservice');

const company = referringAccount();

describe('names of users in properties of plugins', () => {
  it('are those that the schemas say are some, at whatever depth, and no other texts', () => {
    expect(
      userReferences(company, REFERRING_SCHEMA).map(({ path, name, user }) => [path.slice(2).join(' '), name, user?.name]),
    ).to.deep.equal([
      ['sorter.rules 0 reader', 'Andrew', undefined],
      ['users andrew sorter.copies 0', 'greg', 'andrew'],
      ['users greg sorter.deputy', 'ANDREW', 'greg'],
      ['users greg sorter.copies 0', 'carolyn', 'greg'],
      ['users greg sorter.copies 1', 'andrew', 'greg'],
    ]);
  });

  it('are completed in editors', async () => {
    const names = userNamesIn(REFERRING_SETTINGS);
    expect(names).to.deep.equal(['andrew', 'greg', 'carolyn']);
    const service = getLanguageService({});
    service.configure({ schemas: [{ uri: 'urn:x', fileMatch: ['*'], schema: withUserNames(REFERRING_SCHEMA.json, names) as object }] });
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
