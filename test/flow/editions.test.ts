// Which edition runs: chosen by what is enabled, live, and never smaller than what is set up.
import '#core/base/injection.js';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Accounts, Licence, SettingsService } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { service } from '#core/base/bindings.js';
import { Ports } from '#core/plugins/contributions/ports.js';
import { PluginHost } from '#core/plugins/pluginHost.js';
import { programHost } from '#core/programHost.js';
import { serveControl } from '#plugins/platform/cli/dist/control/controlSocket.js';
import { runCommandLine } from '#plugins/platform/cli/dist/program.js';
import { FixtureServer } from '../core/plugins/fixturePlugins.js';
import { letter } from '../kit/letter.js';
import { ispServers, REGULAR } from '../kit/officeSettings.js';
import { Postroom } from '../kit/postroom.js';
import { until } from '../kit/until.js';
import { ManagerHost } from '../plugins/admin-ui/managerHost.js';

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

  it('can go from Pro to Lite and back live, by command and by the file, with its pack', async () => {
    await office.run('accounts.remove', { account: 'works' });
    await office.run('config.set', { key: 'plugins.enabled', value: LITE });
    expect(edition()).to.equal('Lite');
    expect(office.service(Ports).ports.map(({ protocol, problem }) => [protocol, problem])).to.deep.equal([
      ['pop3', undefined],
      ['smtp', undefined],
    ]);
    await office.editFile((text) => text.replace('licensing-lite', 'licensing-pro'));
    await office.service(PluginHost).settled();
    expect(edition()).to.equal('Pro');
    await until('the ports are open', () => office.service(Ports).ports.length === 2);
  });

  describe('when a second one is enabled', () => {
    const enabled = (): unknown => office.service(SettingsService).get('plugins.enabled');

    it('is switched by the command: Pro takes the place of Lite, and back, at once', async () => {
      await office.run('accounts.remove', { account: 'works' });
      const lite = await office.run('plugins.enable', { plugin: 'postroom.licensing-lite' });
      expect(lite).to.deep.equal({
        plugin: 'postroom.licensing-lite',
        state: 'active',
        insteadOf: ['postroom.licensing-pro'],
        problems: [],
      });
      expect([edition(), enabled()]).to.deep.equal(['Lite', ['postroom.licensing-lite']]);
      await office.run('plugins.enable', { plugin: 'postroom.licensing-pro' });
      expect([edition(), enabled()]).to.deep.equal(['Pro', ['postroom.licensing-pro']]);
      expect(office.service(Ports).ports.map(({ protocol }) => protocol)).to.deep.equal(['pop3', 'smtp']);
    });

    it('is switched by the CLI', async () => {
      await office.run('accounts.remove', { account: 'works' });
      const control = await serveControl(office.server);
      const printed: string[] = [];
      const write = process.stdout.write.bind(process.stdout);
      process.stdout.write = ((text: string, isWritten?: () => void) => {
        printed.push(text);
        isWritten?.();
        return true;
      }) as typeof write;
      try {
        expect(await runCommandLine(['plugins', 'enable', 'postroom.licensing-lite', '--data', office.dataDir], programHost())).to.equal(0);
      } finally {
        process.stdout.write = write;
        await control.dispose();
      }
      expect(printed.join('')).to.match(/instead of +postroom\.licensing-pro/);
      expect(edition()).to.equal('Lite');
    });

    it('is switched in the manager', async () => {
      const manager = await ManagerHost.start();
      try {
        const login = await manager.login();
        const answer = await manager.ask('POST', '/api/commands/plugins.enable', { plugin: 'postroom.licensing-lite' }, login);
        expect([answer.statusCode, answer.json<object>()]).to.deep.equal([
          200,
          { plugin: 'postroom.licensing-lite', state: 'active', insteadOf: ['postroom.licensing-pro'], problems: [] },
        ]);
        expect(await manager.run('config.get', { key: 'plugins.enabled' })).to.deep.equal(['postroom.licensing-lite']);
      } finally {
        await manager.stop();
      }
    });

    it('goes on where the file names both: the sentence says what to do', async () => {
      await office.editFile((text) => text.replace('"postroom.licensing-pro"', '"postroom.licensing-lite", "postroom.licensing-pro"'));
      await office.service(PluginHost).settled();
      expect(edition()).to.equal('Pro');
      expect(office.service(SettingsService).problems.map(({ line, message }) => [line, message])).to.deep.equal([
        [
          2,
          'Only one edition can be enabled: of postroom.licensing-lite and postroom.licensing-pro leave the one that is to run. Until then postroom.licensing-pro goes on.',
        ],
      ]);
      expect(office.service(Ports).ports).to.have.length(2);
    });

    it('goes on where a command would list both', async () => {
      const both = '["postroom.licensing-pro", "postroom.licensing-lite"]';
      expect(await office.refusal('config.set', { key: 'plugins.enabled', value: both })).to.include('Only one edition can be enabled');
    });

    it('is denied where a file names both at the start, in a sentence; enabling one mends it', async () => {
      await office.run('accounts.remove', { account: 'works' });
      await office.close();
      const file = path.join(office.dataDir, 'settings.json');
      const both = '"postroom.licensing-lite", "postroom.licensing-pro"';
      await writeFile(file, (await readFile(file, 'utf8')).replace('"postroom.licensing-pro"', both));
      await office.open();
      expect(office.service(Licence).verdict).to.deep.include({
        granted: false,
        reason: '2 editions are enabled at once: postroom.licensing-lite and postroom.licensing-pro.',
        remedy: 'Leave exactly one of them in plugins.enabled.',
      });
      expect(office.service(Ports).ports).to.deep.equal([]);
      await office.run('config.set', { key: 'log.keepDays', value: '7' });
      await office.run('plugins.enable', { plugin: 'postroom.licensing-lite' });
      expect([edition(), enabled()]).to.deep.equal(['Lite', ['postroom.licensing-lite']]);
      await until('the service runs', () => office.service(Ports).ports.length === 2);
    });
  });

  it('counts neither ADMIN1 nor PUBLIC1: Lite has five users beside them', async () => {
    await office.run('accounts.remove', { account: 'works' });
    for (const user of ['peter', 'mary']) await office.run('users.add', { account: 'company', user });
    await office.run('plugins.enable', { plugin: 'postroom.licensing-lite' });
    const { granted, used } = await office.run<{ granted: boolean; used: object }>('licence');
    expect({ granted, used }).to.deep.equal({ granted: true, used: { accounts: 1, users: [{ account: 'company', users: 5 }] } });
    office.isp.mailbox('mail').put(letter({ to: `PUBLIC1 <${REGULAR}>`, subject: 'All' }));
    office.isp.mailbox('mail').put(letter({ to: REGULAR, subject: 'Nobody' }));
    await office.round();
    const boxes = await office.run<readonly { user: string; messages: number }[]>('mailboxes.list');
    expect(boxes.map(({ user, messages }) => `${user} ${messages}`).sort()).to.deep.equal([
      'admin1 1',
      'andrew 1',
      'carolyn 1',
      'greg 1',
      'mary 1',
      'peter 1',
    ]);
    expect(await office.refusal('users.add', { account: 'company', user: 'sixth' })).to.include(
      'Lite has 5 users in an account; company would have 6.',
    );
  });

  it('keeps its limits against the file, too: 64 users and 20 accounts yes, 65 and 21 no', async () => {
    const write = async (accounts: number, users: number): Promise<readonly string[]> => {
      const all = Object.fromEntries(Array.from({ length: users }, (_, index) => [`user${index}`, {}]));
      const account = (index: number): object => ({
        ...{ kind: 'regular', address: `box${index}@company.example`, ...ispServers(office.isp) },
        users: index === 0 ? all : {},
      });
      const list = Object.fromEntries(Array.from({ length: accounts }, (_, index) => [`a${index}`, account(index)]));
      await office.editFile((text) => JSON.stringify({ ...(JSON.parse(text) as object), accounts: list }));
      return office.service(SettingsService).problems.map(({ path: at, message }) => `${at}: ${message}`);
    };
    expect(await write(20, 64)).to.deep.equal([]);
    expect(await write(20, 65)).to.deep.equal([
      'accounts/a0: Pro has 64 users in an account; a0 would have 65. Remove one, or move users to another account.',
    ]);
    expect(await write(21, 64)).to.deep.equal([
      'accounts/a20: Pro shares 20 accounts; this would be the 21st. Remove one, or share the further accounts on a second server.',
    ]);
    expect(office.service(Accounts).all.map(({ users }) => users.length)).to.deep.equal([64, ...Array.from({ length: 19 }, () => 0)]);
  });

  it('does not become Lite with three accounts: a command is refused in a sentence that says what to remove', async () => {
    await addThird();
    expect(await office.refusal('config.set', { key: 'plugins.enabled', value: LITE })).to.include(
      'Lite shares 1 account, and there are 3. Before Lite is enabled, remove 2 of company, works, third, or keep postroom.licensing-pro.',
    );
    expect(await office.refusal('plugins.enable', { plugin: 'postroom.licensing-lite' })).to.include('remove 2 of company, works, third');
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
    expect(await office.refusal('config.set', { key: 'plugins.enabled', value: LITE })).to.include(
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
    const disabled = await office.run<{ problems: readonly string[] }>('plugins.disable', { plugin: 'postroom.licensing-pro' });
    expect(disabled.problems.join()).to.include('No edition is enabled now: the service stops, and stored mail stays.');
    const { verdict } = office.service(Licence);
    expect(verdict).to.include({ granted: false, reason: 'No edition is enabled.' });
    await until('the ports are closed', () => office.service(Ports).ports.length === 0);
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
