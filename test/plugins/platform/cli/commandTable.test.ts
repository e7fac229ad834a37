// What the command line is made from. Pure: from manifests.
import type { CommandDeclaration, PluginManifest } from '@postroom/sdk';
import type { ProgramPlugin } from '@postroom/sdk/services';
import { expect } from 'chai';
import { commandTable } from '#plugins/platform/cli/dist/commandTable.js';
import { installedPlugin } from '../../../kit/installedPlugin.js';

const commands = (...names: readonly string[]): readonly CommandDeclaration[] => names.map((command) => ({ command, title: command }));
const stranger = (name: string, more: Partial<PluginManifest>, problems: readonly string[] = []): ProgramPlugin => ({
  ...installedPlugin(name, more, problems),
  bundled: false,
});

describe('the table of the command line', () => {
  const ours = installedPlugin('ours', {
    contributes: { commands: commands('letters.list'), areas: [{ area: 'letters', title: 'Letters: list' }] },
  });

  it('has the commands of the product, then those of strangers that find their names free', () => {
    const theirs = stranger('theirs', { contributes: { commands: commands('letters.more', 'parcels.list') } });
    expect(commandTable([theirs, ours], []).declarations.map(({ command }) => command)).to.deep.equal(['letters.list', 'parcels.list']);
  });

  it("leaves out a stranger's that cannot be activated, and none of the product's", () => {
    const broken = stranger('broken', { contributes: { commands: commands('parcels.list') } }, ['It is wrong.']);
    const { bundled, ...half } = installedPlugin('half', { contributes: { commands: commands('half.way') } }, ['It is wrong.']);
    const table = commandTable([broken, { ...half, bundled }], []);
    expect(table.declarations.map(({ command }) => command)).to.deep.equal(['half.way']);
  });

  it('titles areas as manifests say, by the description of the plugin where they do not; the product says what its own are', () => {
    const theirs = stranger('theirs', { contributes: { areas: [{ area: 'letters', title: 'Mine now' }] } });
    expect(commandTable([ours, theirs], []).titles).to.deep.equal({ letters: 'Letters: list', ours: 'ours', theirs: 'theirs' });
  });

  it('titles an area as its manifest says, though another plugin is called so', () => {
    const namesake = installedPlugin('letters', { description: 'Prints letters.' });
    expect(commandTable([ours, namesake], []).titles['letters']).to.equal('Letters: list');
    expect(commandTable([namesake, ours], []).titles['letters']).to.equal('Letters: list');
  });

  it('is empty where no manifest can be read', () => {
    const unread: ProgramPlugin = { id: 'x', bundled: false, folder: '/x', manifest: undefined, problems: ['There is no package.json.'] };
    expect(commandTable([unread], [])).to.deep.equal({ declarations: [], titles: {}, examples: {} });
  });
});
