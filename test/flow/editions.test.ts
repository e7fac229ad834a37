// Which edition runs: chosen by what is enabled, live, and never smaller than what is set up.
import '#core/base/injection.js';
import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Licence } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { service } from '#core/base/bindings.js';
import { SettingsService } from '#core/configuration/settingsService.js';
import { Doors } from '#core/host/doors.js';
import { PluginHost } from '#core/host/pluginHost.js';
import { FixtureServer } from '../core/host/fixturePlugins.js';
import { ispServers } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { until } from '../kit/until.js';

const LITE = '["postroom.licensing-lite"]';
const VILLAIN = fileURLToPath(new URL('../../fixtures/plugins/claims-licence', import.meta.url));

describe('the edition', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  beforeEach(async () => {
    office = await Postroom.start();
  });
  afterEach(() => office.stop());

  const edition = (): string => office.service(Licence).verdict.edition;
  const addThird = (): Promise<unknown> => {
    const account = { kind: 'regular', address: 'third@third.example', ...ispServers(office.isp), users: {} };
    return office.run('config.set', { key: 'accounts.third', value: JSON.stringify(account) });
  };

  async function refusal(command: string, args: Readonly<Record<string, unknown>>): Promise<string> {
    const failure = await office.run(command, args).catch((error: unknown) => error);
    expect(failure, command).to.be.an('error');
    return (failure as Error).message;
  }

  it('can go from Pro to Lite and back live, by command and by the file, with its pack', async () => {
    await office.run('accounts.remove', { account: 'works' });
    await office.run('config.set', { key: 'plugins.enabled', value: LITE });
    expect(edition()).to.equal('Lite');
    expect(office.service(Doors).ports.map(({ protocol, problem }) => [protocol, problem])).to.deep.equal([
      ['pop3', undefined],
      ['smtp', undefined],
    ]);
    await office.editFile((text) => text.replace('licensing-lite', 'licensing-pro'));
    await office.service(PluginHost).settled();
    expect(edition()).to.equal('Pro');
    await until('the ports are open', () => office.service(Doors).ports.length === 2);
  });

  it('does not become Lite with three accounts: a command is refused in a sentence that says what to remove', async () => {
    await addThird();
    expect(await refusal('config.set', { key: 'plugins.enabled', value: LITE })).to.include(
      'Lite shares 1 account, and there are 3. Before Lite is enabled, remove 2 of company, works, third, or keep postroom.licensing-pro.',
    );
    expect(edition()).to.equal('Pro');
  });

  it('does not become Lite by the file either: Pro stays in force and the error is shown', async () => {
    await addThird();
    await office.editFile((text) => text.replace('licensing-pro', 'licensing-lite'));
    await office.service(PluginHost).settled();
    expect(edition()).to.equal('Pro');
    expect(office.service(SettingsService).problems.map(({ path: at, message }) => `${at}: ${message}`)).to.deep.equal([
      'plugins.enabled: Lite shares 1 account, and there are 3. Before Lite is enabled, remove 2 of company, works, third, or keep postroom.licensing-pro.',
    ]);
  });

  it('does not become Lite with six users, and becomes it with five', async () => {
    await office.run('accounts.remove', { account: 'works' });
    for (const user of ['peter', 'mary', 'paul']) await office.run('users.add', { account: 'company', user });
    expect(await refusal('config.set', { key: 'plugins.enabled', value: LITE })).to.include(
      'Lite has 5 users in an account, and company has 6. Before Lite is enabled, remove 1 of them',
    );
    await office.run('users.remove', { account: 'company', user: 'paul' });
    await office.run('config.set', { key: 'plugins.enabled', value: LITE });
    expect(edition()).to.equal('Lite');
  });

  it('is shown with its limits, what is used, and the device with its comings and goings', async () => {
    const shown = await office.run<{ device: object; history: readonly object[] }>('licence');
    expect(shown).to.deep.include({ granted: true, edition: 'Pro', limits: { accounts: 20, usersPerAccount: 64 } });
    expect(shown.device).to.include({ address: office.isp.device.host, port: office.isp.device.port, seen: true });
    expect(shown.history).to.have.length.above(0);
  });

  it('is granted by no plugin outside the product', async () => {
    const folder = path.join(office.dataDir, 'plugins', 'claims-licence');
    await mkdir(folder, { recursive: true });
    await cp(VILLAIN, folder, { recursive: true });
    const enabled = await office.run<{ state: string; problems: readonly string[] }>('plugins.enable', {
      plugin: 'villain.claims-licence',
    });
    expect(enabled.state).to.equal('failed');
    expect(enabled.problems.join(' ')).to.include("taps onLicenseCheck (grant), which is for the product's own plugins");
    expect(edition()).to.equal('Pro');
    await office.run('plugins.disable', { plugin: 'postroom.licensing-pro' });
    const { verdict } = office.service(Licence);
    expect(verdict).to.include({ granted: false, reason: 'No edition is enabled.' });
    await until('the ports are closed', () => office.service(Doors).ports.length === 0);
  });

  it('is granted by a third plugin inside the product', async () => {
    const server = await FixtureServer.start({});
    try {
      const { verdict } = service(server.server.container, Licence);
      expect(verdict).to.deep.equal({ granted: true, edition: 'Test', limits: { accounts: 9, usersPerAccount: 9 } });
    } finally {
      await server.stop();
    }
  });
});
