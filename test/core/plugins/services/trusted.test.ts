// Strangers' plugins and services: refused with a sentence, unless boot.json trusts them.
import '#core/base/injection.js';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PluginStatus } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { FixtureServer } from '../fixturePlugins.js';

const MANIFEST = {
  name: 'logins',
  publisher: 'acme',
  version: '1.0.0',
  type: 'module',
  main: './plugin.js',
  displayName: 'Logins',
  description: 'Logins of a directory.',
  engines: { postroom: '^1.0.0' },
};
const PROVIDING = { ...MANIFEST, provides: [{ service: 'Greeter', version: '1.0.0' }], requires: ['Clock'] };
const CODE = `import { Clock, createServiceId } from '@postroom/sdk/services';
export function activate(context) { context.provide(createServiceId('Greeter'), { now: () => context.get(Clock).now() }); }`;

async function stranger(dataDir: string, manifest: object): Promise<void> {
  const folder = path.join(dataDir, 'plugins', 'acme.logins');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'plugin.js'), CODE);
}

describe("a stranger's plugin", () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FixtureServer;
  afterEach(() => fixture.stop());

  const start = async (manifest: object, boot?: object): Promise<PluginStatus | undefined> => {
    fixture = await FixtureServer.start({}, { 'plugins.enabled': ['test.edition', 'acme.logins'] }, async (dataDir) => {
      await stranger(dataDir, manifest);
      if (boot !== undefined) await writeFile(path.join(dataDir, 'boot.json'), JSON.stringify(boot));
    });
    return fixture.plugin('acme.logins');
  };

  for (const [what, more, sentence] of [
    ['provides a service', { provides: PROVIDING.provides }, 'It provides the service Greeter, and an isolated plugin has no services.'],
    ['requires a service', { requires: ['Clock'] }, 'It requires the service Clock, and an isolated plugin has no services.'],
    ['uses a service', { uses: ['Teaching'] }, 'It uses the service Teaching, and an isolated plugin has no services.'],
    [
      'starts before the settings',
      { activation: 'platform' },
      'It starts before the settings are read, and an isolated plugin has no services.',
    ],
  ] as const) {
    it(`that ${what} is refused, with the way to trust it`, async () => {
      const status = await start({ ...MANIFEST, ...more });
      expect(status?.state).to.equal('failed');
      expect(status?.problems).to.deep.equal([
        `${sentence} Where you trust its code as you trust Postroom's, name "acme.logins" in "trusted" of boot.json.`,
      ]);
    });
  }

  it('that boot.json trusts runs inside the host, with the SDK of the host, and provides', async () => {
    const status = await start(PROVIDING, { trusted: ['acme.logins'] });
    expect(status?.problems).to.deep.equal([]);
    expect(status).to.include({ state: 'active', trusted: true, bundled: false });
    const list = (await fixture.run('plugins.list')) as readonly { readonly plugin: string; readonly runs: string }[];
    expect(list.find(({ plugin }) => plugin === 'acme.logins')?.runs).to.equal('in the host, trusted by boot.json');
  });

  it('that boot.json trusts is no edition all the same', async () => {
    const edition = { edition: { name: 'Mine', accounts: 99, usersPerAccount: 99 } };
    const status = await start({ ...MANIFEST, contributes: edition }, { trusted: ['acme.logins'] });
    expect(status?.problems.join()).to.match(/It declares an edition, which is for the product's own plugins/);
  });
});
