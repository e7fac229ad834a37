// Names of commands in a server: a stranger's plugin takes none of the product's, whenever it starts, and whether or not the product's plugin runs.
import '#core/base/injection.js';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PluginManifest } from '@postroom/sdk';
import { CommandCatalogue } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { service } from '#core/base/bindings.js';
import { failureOf } from '../../../kit/failureOf.js';
import { plantStranger } from '../../../kit/strangerPlugin.js';
import { FixtureServer } from '../fixturePlugins.js';

/** A command of the product's, and one of the plugin's own. */
const COMMANDS = [
  { command: 'box.open', title: 'Mine' },
  { command: 'lid.close', title: 'Mine' },
];
const TAKES = `for (const command of ['lid.close', 'box.open']) context.commands.register(command, () => 'of the stranger');`;
/** Of the product, and a feature: its commands come long after those of a platform. */
const BOX = {
  manifest: { contributes: { commands: [{ command: 'box.open', title: 'Open the box' }] } },
  activate: `context.commands.register('box.open', () => 'of the product');`,
};

describe('the name of a command of the product', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FixtureServer;
  afterEach(() => fixture.stop());

  const start = async (manifest: Partial<PluginManifest>, settings: object = {}, boot: object = {}): Promise<void> => {
    const lists = { 'plugins.enabled': ['test.edition', 'test.box', 'stranger.lid'], ...settings };
    fixture = await FixtureServer.start({ box: BOX }, lists, async (dataDir) => {
      await plantStranger(dataDir, { name: 'lid', manifest: { contributes: { commands: COMMANDS }, ...manifest }, activate: TAKES });
      await writeFile(path.join(dataDir, 'boot.json'), JSON.stringify(boot));
    });
  };
  const stranger = () => fixture.plugin('stranger.lid');
  const ownerOf = (name: string): string | undefined =>
    service(fixture.server.container, CommandCatalogue).declarations.find(({ command }) => command === name)?.owner;

  for (const [who, manifest, boot] of [
    ['an isolated plugin', {}, {}],
    ['a trusted plugin', {}, { trusted: ['stranger.lid'] }],
    [
      'a trusted plugin that starts before the settings',
      { activation: 'platform' },
      { trusted: ['stranger.lid'], enabled: ['stranger.lid'] },
    ],
  ] as const) {
    it(`is not taken by ${who}, which is told whose it is`, async () => {
      await start(manifest, {}, boot);
      expect(await fixture.run('box.open')).to.equal('of the product');
      expect(stranger()?.state).to.equal('failed');
      expect(stranger()?.problems.join(' ')).to.include(
        'stranger.lid supplies the command box.open, and that name is taken: test.box has a command of it. The plugin has to choose another name.',
      );
      expect([ownerOf('box.open'), ownerOf('lid.close')]).to.deep.equal(['test.box', 'stranger.lid']);
    });
  }

  it("is not taken while the product's plugin is switched off: who runs it hears that, and how to switch it on", async () => {
    await start({}, { 'plugins.disabled': ['test.box'] });
    expect(stranger()?.state).to.equal('failed');
    const error = await failureOf(fixture.run('box.open'));
    expect(error).to.include({ code: 'command/not-active' });
    expect(error.message).to.equal(
      'The command box.open belongs to test.box, which is not active. It stands in plugins.disabled. Take it out there: postroom plugins enable test.box',
    );
    await fixture.run('plugins.enable', { plugin: 'test.box' });
    expect(await fixture.run('box.open')).to.equal('of the product');
  });

  it('is not taken by a plugin that is found later, nor goes with it', async () => {
    await start({}, { 'plugins.enabled': ['test.edition', 'test.box'] });
    const dataDir = path.join(fixture.folder, 'data');
    await plantStranger(dataDir, { name: 'late', manifest: { contributes: { commands: COMMANDS } }, activate: TAKES });
    await fixture.run('plugins.enable', { plugin: 'stranger.late' });
    expect(await fixture.run('box.open')).to.equal('of the product');
    for (const plugin of ['stranger.late', 'stranger.lid']) await fixture.run('plugins.remove', { plugin });
    expect(await fixture.run('box.open')).to.equal('of the product');
    expect(await failureOf(fixture.run('lid.close'))).to.include({ code: 'command/unknown' });
  });

  it('is kept where boot.json switches the plugin off, which is said', async () => {
    await start({}, {}, { disabled: ['test.box'] });
    expect((await failureOf(fixture.run('box.open'))).message).to.match(/It stands in "disabled" of boot\.json: take it out there/);
  });
});
