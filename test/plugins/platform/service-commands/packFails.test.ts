// What an administrator needs first is there where nothing else of the platform's pack runs that the server can do without.
import '#core/base/injection.js';
import { copyFile, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PluginManifest } from '@postroom/sdk';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { service } from '#core/base/bindings.js';
import { PluginHost } from '#core/plugins/pluginHost.js';
import { FixtureServer } from '../../../core/plugins/fixturePlugins.js';
import { ROOT } from '../../../kit/sourceFiles.js';

const PACK = path.join(ROOT, 'plugins', 'platform');
/** Those that are looked at, and those without which no server starts. */
const SOUND = ['mail-commands', 'service-commands', 'store-sqlite', 'settings-file', 'secrets', 'certificates', 'logins'];

/** The pack with every other plugin failing. Answers their ids. */
async function plantFailing(pack: string): Promise<readonly string[]> {
  await rm(pack);
  await mkdir(pack);
  await copyFile(path.join(PACK, 'package.json'), path.join(pack, 'package.json'));
  const names = (await readdir(PACK, { withFileTypes: true })).filter((each) => each.isDirectory()).map(({ name }) => name);
  const failing: string[] = [];
  for (const name of names) {
    const text = await readFile(path.join(PACK, name, 'package.json'), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    if (SOUND.includes(name)) {
      await symlink(path.join(PACK, name), path.join(pack, name), 'dir');
      continue;
    }
    await mkdir(path.join(pack, name));
    const manifest = { ...(JSON.parse(text) as PluginManifest), main: './plugin.js' };
    await writeFile(path.join(pack, name, 'package.json'), JSON.stringify(manifest));
    await writeFile(path.join(pack, name, 'plugin.js'), `export function activate() { throw new Error('broken'); }`);
    failing.push(`postroom.${name}`);
  }
  return failing;
}

describe('where the other plugins of the pack have failed', () => {
  const leaks = leakCheck();
  let fixture: FixtureServer;
  let failing: readonly string[] = [];
  before(async () => {
    await leaks.begin();
    fixture = await FixtureServer.start({}, {}, async (dataDir) => {
      failing = await plantFailing(path.join(dataDir, '..', 'plugins', 'platform'));
    });
  });
  after(async () => {
    await fixture.stop();
    expect(await leaks.end()).to.deep.equal([]);
  });

  it('status is there, and names them', async () => {
    const { plugins } = service(fixture.server.container, PluginHost);
    const failed = plugins.filter(({ state }) => state === 'failed').map(({ id }) => id);
    expect(failed).to.include.members([...failing]);
    expect(failing.length).to.be.above(3);
    const status = (await fixture.run('status')) as { readonly service: string; readonly problems: readonly string[] };
    expect(status.service).to.equal('running');
    for (const id of failing) expect(status.problems.join('\n'), id).to.include(`${id}: `);
  });

  it('the service can be stopped and started, mail sent and received, and the Log says so', async () => {
    expect(await fixture.run('service.stop')).to.deep.equal({ service: 'off' });
    expect(await fixture.run('service.start')).to.deep.equal({ service: 'on' });
    expect(await fixture.run('send-receive')).to.include({ sent: 0 });
    const [newest] = (await fixture.run('log.read', { limit: 3 })) as readonly { readonly text: string }[];
    expect(newest?.text).to.be.a('string');
    expect(JSON.stringify(await fixture.run('log.read'))).to.include('The administrator stopped the service.');
    expect(await fixture.run('outbox.list')).to.deep.equal([]);
    expect(await fixture.run('licence')).to.include({ granted: true });
  });
});
