// Who isolates: strangers' plugins run by whatever plugin provides IsolatedModules, and not at all where none does.
import '#core/base/injection.js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { createLog } from '#core/base/log.js';
import { openServer, type Server } from '#core/bootstrap.js';
import { filterThat, plantStranger } from '../../../kit/strangerPlugin.js';

const FILTER = filterThat('tagger', '(plan) => plan.tag("seen", "tagged")');
const SETTINGS = {
  'plugins.enabled': ['postroom.licensing-pro', 'stranger.tagger'],
  accounts: { company: { kind: 'regular', address: 'mail@company.example', users: { andrew: {} } } },
};
const CALL = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
const MAIL = 'From: a@far.example\r\nTo: Andrew <mail@company.example>\r\nSubject: x\r\n\r\nHello\r\n';

interface Row {
  readonly plugin: string;
  readonly state: string;
  readonly mail: string;
  readonly problems: readonly string[];
}

describe('what isolates', function () {
  this.timeout(60_000);
  const leaks = leakCheck();
  let dataDir = '';
  let server: Server | undefined;

  beforeEach(async () => {
    await leaks.begin();
    dataDir = await mkdtemp(path.join(tmpdir(), 'postroom-isolates-'));
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(SETTINGS));
    await plantStranger(dataDir, FILTER);
  });
  afterEach(async () => {
    await server?.close();
    await rm(dataDir, { recursive: true });
    expect(await leaks.end()).to.deep.equal([]);
  });

  async function start(boot: object = {}): Promise<void> {
    await writeFile(path.join(dataDir, 'boot.json'), JSON.stringify(boot));
    server = await openServer({ dataDir, serve: false, log: createLog('silent') });
  }
  const run = async <T>(command: string, args: object = {}): Promise<T> => (await server?.run(command, args, CALL)) as T;
  const tagger = async (): Promise<Row | undefined> =>
    (await run<readonly Row[]>('plugins.list')).find(({ plugin }) => plugin === 'stranger.tagger');
  const tags = async (): Promise<string> => {
    return JSON.stringify(await run('explain', { account: 'company', file: Buffer.from(MAIL).toString('base64') }));
  };

  it("off: strangers' plugins are refused with the way out, and mail waits for those that would hold it", async () => {
    await start({ disabled: ['postroom.isolation'] });
    expect(await tagger()).to.include({ state: 'failed', mail: 'is held for it' });
    expect((await tagger())?.problems.join()).to.match(
      /It runs isolated only, by the service IsolatedModules, which postroom\.isolation would provide, if enabled/,
    );
  });

  it('switched off while they run: they end before it, and come back with it', async () => {
    await start();
    expect(await tagger()).to.include({ state: 'active' });
    await run('plugins.disable', { plugin: 'postroom.isolation' });
    expect(await tagger()).to.include({ state: 'failed', mail: 'is held for it' });
    await run('plugins.enable', { plugin: 'postroom.isolation' });
    expect(await tagger()).to.include({ state: 'active' });
    expect(await tags()).to.include('tag seen');
  });

  it('another plugin that boot.json trusts: it gets the context that the host makes, and loads the module as it likes', async () => {
    await plantStranger(dataDir, {
      name: 'inline',
      manifest: { provides: [{ service: 'IsolatedModules', version: '1.0.0' }] },
      activate: `
        const { IsolatedModules } = await import('@postroom/sdk/services');
        context.provide(IsolatedModules, {
          load: ({ folder, manifest }, host) => ({
            activate: async (given) => {
              context.log.info('loading', { limit: host.timeLimit(manifest.contributes.taps[0]) });
              await (await import(folder + '/plugin.js')).activate(given);
            },
            deactivate: async () => ['it was sorry to go'],
          }),
          networkOf: () => ({ asks: [], waits: [] }),
        });`,
    });
    const enabled = [...SETTINGS['plugins.enabled'], 'stranger.inline'];
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify({ ...SETTINGS, 'plugins.enabled': enabled }));
    await start({ disabled: ['postroom.isolation'], trusted: ['stranger.inline'] });
    expect(await tagger()).to.include({ state: 'active' });
    expect(await tags()).to.include('tag seen');
    await run('plugins.disable', { plugin: 'stranger.tagger' });
    expect(JSON.stringify(await run('plugins.list', { all: true })), 'what its end answers').to.include('it was sorry to go');
  });
});
