// What a plugin that is removed takes along of the settings.
import '#core/base/injection.js';
import { SettingsService } from '@postroom/sdk/services';
import { expect } from 'chai';
import { FixtureServer } from '../../../../core/plugins/fixturePlugins.js';
import { plantStranger } from '../../../../kit/strangerPlugin.js';

describe('a plugin that is removed', () => {
  let fixture: FixtureServer;
  afterEach(() => fixture.stop());

  it('takes its settings along: those for all servers, and those that one server has for itself', async () => {
    const properties = {
      'lid.port': { type: 'integer', default: 1, title: 'Port', perNode: true },
      'lid.colour': { type: 'string', default: 'red', title: 'Colour' },
    } as const;
    const manifest = { contributes: { configuration: { title: 'Lid', properties } } };
    const settings = { 'lid.colour': 'blue', 'lid.port': 2, nodes: { a: { 'lid.port': 3, 'log.level': 'warn' }, b: { 'lid.port': 4 } } };
    fixture = await FixtureServer.start({}, settings, async (dataDir) => {
      await plantStranger(dataDir, { name: 'lid', manifest, activate: '' });
    });
    expect(await fixture.run('config.get', { key: 'nodes.b.lid.port' })).to.equal(4);
    await fixture.run('plugins.remove', { plugin: 'stranger.lid' });
    const written = fixture.server.get(SettingsService).written([]);
    expect(written)
      .to.have.property('nodes')
      .that.deep.equals({ a: { 'log.level': 'warn' }, b: {} });
    expect(written).to.not.have.any.keys('lid.port', 'lid.colour');
  });
});
