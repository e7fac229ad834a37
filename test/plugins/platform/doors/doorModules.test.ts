// A stranger's plugin that wants modules in door threads.
import '#core/base/injection.js';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { FixtureServer } from '../../../core/plugins/fixturePlugins.js';
import { plantStranger } from '../../../kit/strangerPlugin.js';

const DOORS = { contributes: { doors: [{ module: './door.js' }] } };

describe('modules for door threads', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FixtureServer;
  afterEach(() => fixture.stop());

  it('of a plugin that runs isolated are left out with a sentence, and the plugin works', async () => {
    fixture = await FixtureServer.start({}, { 'plugins.enabled': ['test.edition', 'stranger.talker'] }, async (dataDir) => {
      await plantStranger(dataDir, { name: 'talker', manifest: DOORS, activate: '' });
    });
    const talker = fixture.plugin('stranger.talker');
    expect(talker?.state).to.equal('active');
    expect(talker?.problems).to.have.length(1);
    expect(talker?.problems[0]).to.contain('stranger.talker contributes door modules, which are left out: it runs isolated');
  });

  it('of a plugin inside the server have to stand in its manifest', async () => {
    const activate = `
      const { Doors } = await import('@postroom/sdk/services');
      context.get(Doors).protocol(context, './door.js', {});
      context.get(Doors).protocol(context, './other.js', {});`;
    fixture = await FixtureServer.start({}, { 'plugins.enabled': ['test.edition', 'stranger.talker'] }, async (dataDir) => {
      await plantStranger(dataDir, { name: 'talker', manifest: { ...DOORS, requires: ['Doors'] }, activate });
      await writeFile(path.join(dataDir, 'boot.json'), JSON.stringify({ trusted: ['stranger.talker'] }));
    });
    const talker = fixture.plugin('stranger.talker');
    expect(talker?.state).to.equal('failed');
    expect(talker?.problems.join()).to.contain('runs ./other.js in door threads: name it in its package.json under contributes.doors.');
  });
});
