// The platform as a whole: what the server cannot start without, and another plugin in the place of one of its own.
import '#core/base/injection.js';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { Authenticator, Certificates, SecretStore, SettingsSource } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { service } from '#core/base/bindings.js';
import { createLog } from '#core/base/log.js';
import { openServer } from '#core/bootstrap.js';
import { FixtureServer } from '../../core/plugins/fixturePlugins.js';

Reflect.set(globalThis, 'postroomSettingsSource', SettingsSource);

/** A source without a file: its text, and how often it was written. */
const MEMORY = `
  let text = undefined;
  let version = 0;
  const listeners = new Set();
  context.provide(globalThis.postroomSettingsSource, {
    place: 'the memory',
    starter: JSON.stringify({ 'plugins.enabled': ['test.edition'], 'log.keepDays': 12 }),
    read: async () => text === undefined ? { text, isMissing: true, refusal: 'It is empty.' } : { text, etag: String(version) },
    write: async (next) => { text = next; version += 1; say('written'); return { etag: String(version) }; },
    onDidChange: (listener) => { listeners.add(listener); return { dispose: () => void listeners.delete(listener) }; },
    offerSchema: async () => say('schema'),
  });`;

describe('the platform', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-platform-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const start = (serve = false): ReturnType<typeof openServer> =>
    openServer({ dataDir: folder, serve, log: createLog('fatal', new Writable({ write: (_chunk, _encoding, done) => done() })) });
  const refusal = async (): Promise<string> =>
    start().then(
      async (server) => {
        await server.close();
        return 'it started';
      },
      (error: Error) => error.message,
    );

  it('provides the settings and the secrets before the settings are in force, logins and certificates after that', async () => {
    const server = await start();
    const order = (await server.run('plugins.order', { services: true }, CALL)) as readonly {
      plugin: string;
      phase: string;
      provides: string;
    }[];
    const shown = order.filter(({ plugin }) => /^postroom\.(certificates|logins|secrets|settings-file)$/.test(plugin));
    expect(shown.map(({ plugin, phase, provides }) => [plugin, phase, provides])).to.have.deep.members([
      ['postroom.secrets', 'before the settings', 'AdminPassword 1.0.0, SecretStore 1.0.0, SharedKey 1.0.0'],
      ['postroom.settings-file', 'before the settings', 'SettingsSource 1.0.0'],
      ['postroom.certificates', 'after the settings', 'Certificates 1.0.0'],
      ['postroom.logins', 'after the settings', 'Authenticator 1.0.0'],
    ]);
    for (const id of [SettingsSource, SecretStore, Certificates, Authenticator])
      expect(service(server.container, id as never)).to.not.equal(undefined);
    await server.close();
  });

  it('does not start on secrets that it would lose at the next change', async () => {
    await writeFile(path.join(folder, 'secrets.json'), '{ "version": 1, "passwords": {');
    expect(await refusal()).to.match(/secrets\.json is damaged\. Put it back from a backup, or remove it and set every password anew\.$/);
    expect(await readFile(path.join(folder, 'secrets.json'), 'utf8')).to.equal('{ "version": 1, "passwords": {');
  });

  it('says what it cannot do without, and where to switch it on again', async () => {
    await writeFile(path.join(folder, 'boot.json'), '{ "disabled": ["postroom.settings-file"] }');
    expect(await refusal()).to.equal(
      'Postroom cannot start without the service SettingsSource. postroom.settings-file would, if "enabled" in boot.json named it, and "disabled" did not.',
    );
  });

  it('makes no certificate for a command on the data folder, and one for a server', async () => {
    await (await start()).close();
    expect(await readdir(folder)).to.not.include('tls');
    await mkdir(path.join(folder, 'tls'));
    const names = JSON.stringify({ 'plugins.enabled': [], 'server.name': 'post.office.example' });
    await writeFile(path.join(folder, 'settings.json'), names);
    const server = await start(true);
    expect(await readdir(path.join(folder, 'tls'))).to.include.members(['certificate.pem', 'authority.pem']);
    await server.close();
  });

  it('does not serve where no certificate can be made, and says why', async () => {
    await writeFile(path.join(folder, 'tls'), 'a file in its place');
    const why = await start(true).then(
      () => 'it started',
      (error: Error) => error.message,
    );
    expect(why).to.match(/^A certificate could not be made: \S+tls\S+ could not be written \(a file is in the way\)\.$/);
    const server = await start();
    expect(await server.run('plugins.list', {}, CALL), 'commands go on').to.be.an('array');
    await server.close();
  });

  it('serves without a provider that is switched off: the plugins that need it say so', async () => {
    await writeFile(
      path.join(folder, 'settings.json'),
      '{ "plugins.enabled": ["postroom.pop3"], "plugins.disabled": ["postroom.logins"] }',
    );
    const server = await start(true);
    const all = (await server.run('plugins.list', {}, CALL)) as readonly { readonly plugin: string; readonly problems: unknown }[];
    expect(String(all.find(({ plugin }) => plugin === 'postroom.pop3')?.problems)).to.include(
      'It requires the service Authenticator, which postroom.logins would provide, if enabled: postroom plugins enable postroom.logins',
    );
    await server.close();
  });

  it('takes the settings of another source where boot.json puts it in the place of the file', async () => {
    const manifest = { activation: 'platform' as const, provides: [{ service: 'SettingsSource', version: '1.0.0' }] };
    const fixture = await FixtureServer.start({ memory: { manifest, activate: MEMORY } }, {}, async (dataDir) => {
      await rm(path.join(dataDir, 'settings.json'));
      await writeFile(path.join(dataDir, 'boot.json'), '{ "enabled": ["test.memory"], "disabled": ["postroom.settings-file"] }');
    });
    try {
      expect(await fixture.run('config.get', { key: 'log.keepDays' })).to.equal(12);
      await fixture.run('config.set', { key: 'log.keepDays', value: '13' });
      expect(await fixture.run('config.get', { key: 'log.keepDays' })).to.equal(13);
      expect(fixture.said).to.deep.equal(['written', 'schema', 'written']);
      expect(await fixture.run('config.diff')).to.match(/-.*12[\s\S]*\+.*13/);
      expect(await readdir(path.join(fixture.folder, 'data'))).to.not.include('settings.json');
      const doctor = (await fixture.run('doctor')) as readonly { readonly check: string; readonly text: string }[];
      expect(doctor.find(({ check }) => check === 'settings')?.text).to.equal('the memory is right.');
    } finally {
      await fixture.stop();
    }
  });
});

const CALL = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
