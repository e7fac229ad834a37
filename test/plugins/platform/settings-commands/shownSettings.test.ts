// What "config show" tells of each setting: its value, and where it comes from.
import '#core/base/injection.js';
import { expect } from 'chai';
import { HostSettings } from '#core/configuration/inForce/hostSettings.js';
import { shownSettings } from '#plugins/platform/settings-commands/dist/config/shownSettings.js';
import { MemorySource } from '../../../core/configuration/inForce/memorySource.js';
import { SMALL } from '../../../core/configuration/manifests.js';
import { Office } from '../../../core/configuration/memoryRevisions.js';

describe('settings shown', () => {
  let office: Office;
  let settings: HostSettings;
  beforeEach(async () => {
    office = await Office.open();
    const source = new MemorySource();
    source.text = `{
      "timer.everyMinutes": 7,
      "pop3.listen": [{ "port": 110 }],
      "nodes": { "a": { "pop3.listen": [{ "port": 1110 }], "timer.everyMinutes": 9 }, "b": { "tls.certificateFile": "b", "tls.keyFile": "b" } }
    }`;
    settings = new HostSettings(source, office.revisions, office.events, office.log, office.node);
    await settings.open(SMALL);
  });
  afterEach(async () => {
    await settings.dispose();
    await office.close();
  });

  it('are those that the text sets, with the place of each; what is of another server is not among them', () => {
    expect(shownSettings(settings, false)).to.deep.equal([
      { key: 'pop3.listen', value: [{ port: 1110, host: '127.0.0.1', security: 'starttls' }], from: 'nodes.a' },
      { key: 'timer.everyMinutes', value: 7, from: 'top' },
    ]);
  });

  it('are all of the server where that is asked for, and no secret, account or user among them', () => {
    const all = shownSettings(settings, true);
    expect(all).to.deep.include({ key: 'log.level', value: 'info', from: 'default' });
    expect(all.map(({ key }) => key)).to.not.include.members(['pop3.password', 'pop3.host', 'aliases']);
  });
});
