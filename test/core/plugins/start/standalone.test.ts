// Commands that work where no server can start: of plugins that are asked for what they do without a store.
import '#core/base/injection.js';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CommandCall, CommandServer, PluginManifest } from '@postroom/sdk';
import { ContributedEntries, createServiceId } from '@postroom/sdk/services';
import { expect } from 'chai';
import { createLog } from '#core/base/log.js';
import { StandaloneHost } from '#core/plugins/start/standalone.js';
import { failureOf } from '../../../kit/failureOf.js';

const CALL: CommandCall = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
const GREETER = createServiceId<{ greet(): string }>('StandaloneGreeter');
const CLOCK = createServiceId('Clock');
Reflect.set(globalThis, 'postroomStandalone', { GREETER, CLOCK, ENTRIES: ContributedEntries, imported: [] as string[] });
const imported = (): readonly string[] => (Reflect.get(globalThis, 'postroomStandalone') as { imported: string[] }).imported;
const GREETS = {
  command: 'consumer.greet',
  title: 'Greet',
  offline: true,
  standalone: true,
  arguments: { required: ['name'], properties: { name: { type: 'string' } } },
};

interface Sketch {
  readonly manifest: Partial<PluginManifest>;
  /** Of activateStandalone(context). */
  readonly body?: string;
}

const PROVIDER: Sketch = {
  manifest: { activation: 'platform', provides: [{ service: 'StandaloneGreeter', version: '1.0.0', standalone: true }] },
  body: `context.provide(GREETER, { greet: () => 'hello' });`,
};
const CONSUMER: Sketch = {
  manifest: { requires: ['StandaloneGreeter', 'OnlyServers'], contributes: { commands: [GREETS] } },
  body: `context.commands.register('consumer.greet', ({ name }) => context.get(GREETER).greet() + ' ' + name);`,
};

describe('A command without a server', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-standalone-'));
    (imported() as string[]).length = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function write(name: string, { manifest, body }: Sketch): Promise<void> {
    const at = path.join(folder, 'plugins', name);
    await mkdir(at, { recursive: true });
    const whole = {
      name,
      publisher: 'test',
      version: '1.0.0',
      type: 'module',
      displayName: name,
      description: name,
      engines: { postroom: '*' },
      ...manifest,
    };
    await writeFile(
      path.join(at, 'package.json'),
      JSON.stringify({ ...whole, ...(manifest.pluginPack === undefined && { main: './plugin.js' }) }),
    );
    const head = `const { GREETER, CLOCK, ENTRIES, imported } = globalThis.postroomStandalone;\nimported.push('${name}');\n`;
    const standalone = body === undefined ? '' : `export function activateStandalone(context) {\n${body}\n}\n`;
    await writeFile(
      path.join(at, 'plugin.js'),
      `${head}export function activate() { throw new Error('No server was to start.'); }\n${standalone}`,
    );
  }

  async function open(plugins: Readonly<Record<string, Sketch>>): Promise<StandaloneHost> {
    for (const [name, sketch] of Object.entries(plugins)) await write(name, sketch);
    const ids = Object.keys(plugins).map((name) => `test.${name}`);
    await write('pack', { manifest: { activation: 'platform', pluginPack: ids } });
    return StandaloneHost.open(path.join(folder, 'data'), createLog('silent'), openServer, path.join(folder, 'plugins'));
  }

  const openServer = async (): Promise<CommandServer> => ({
    run: async (command) => `${command} of a server`,
    close: async () => void closed.push('closed'),
  });
  const closed: string[] = [];
  const greet = (host: StandaloneHost, args: object = { name: 'Lisa' }): Promise<unknown> => host.run('consumer.greet', args, CALL);

  it('gets its services from those that give them without a store, and makes no data folder', async () => {
    const host = await open({ consumer: CONSUMER, provider: PROVIDER, other: { manifest: {} } });
    expect(await greet(host)).to.equal('hello Lisa');
    expect(await greet(host, { name: 'Bob' })).to.equal('hello Bob');
    expect((await host.get(GREETER)).greet()).to.equal('hello');
    expect(imported(), 'no other plugin, and each once').to.deep.equal(['provider', 'consumer']);
    expect(existsSync(path.join(folder, 'data'))).to.equal(false);
  });

  it('has its arguments checked', async () => {
    const { code, message } = await failureOf(greet(await open({ consumer: CONSUMER, provider: PROVIDER }), {}));
    expect([code, message]).to.deep.equal(['command/arguments', 'consumer.greet: name is missing.']);
  });

  it('is told which service only a server has', async () => {
    const provider = { ...PROVIDER, manifest: { provides: [{ service: 'StandaloneGreeter', version: '1.0.0' }] } };
    const { code } = await failureOf(greet(await open({ consumer: CONSUMER, provider })));
    expect(code).to.equal('plugin/no-provider');
    expect(imported()).to.deep.equal(['consumer']);
  });

  it('gets a service that its plugin uses, and is told where nobody gives it', async () => {
    const consumer: Sketch = { ...CONSUMER, manifest: { uses: ['StandaloneGreeter'], contributes: { commands: [GREETS] } } };
    expect(await greet(await open({ consumer, provider: PROVIDER }))).to.equal('hello Lisa');
    await rm(path.join(folder, 'plugins', 'provider'), { recursive: true });
    expect((await failureOf(greet(await open({ consumer })))).code).to.equal('plugin/no-provider');
  });

  it('takes and gives no more than the manifest says', async () => {
    const taking = { ...CONSUMER, body: 'context.get(CLOCK);' };
    expect((await failureOf(greet(await open({ consumer: taking, provider: PROVIDER })))).message).to.include(
      'test.consumer takes the service Clock, which "requires" in its manifest does not name.',
    );
    const giving = { ...CONSUMER, body: 'context.provide(GREETER, {});' };
    expect((await failureOf(greet(await open({ giving, provider: PROVIDER })))).message).to.include('does not call standalone');
  });

  it('opens a server where it wants one, and none where there is no data folder', async () => {
    const body = `context.commands.register('consumer.greet', async () => {
      const server = await context.openServer();
      try { return await server.run('greet', {}, {}); } finally { await server.close(); }
    });`;
    expect(await greet(await open({ consumer: { ...CONSUMER, body }, provider: PROVIDER }))).to.equal('greet of a server');
    expect(closed.splice(0)).to.deep.equal(['closed']);
    const bare = await StandaloneHost.bare(createLog('silent'), path.join(folder, 'plugins'));
    expect((await failureOf(greet(bare))).code).to.equal('data/missing');
  });

  it('knows what other plugins contribute, by their manifests alone', async () => {
    const schema = { type: 'object', required: ['star'] };
    const manifest = { contributionPoints: { stars: { title: 'Stars', schema } }, contributes: { stars: [{ star: 'sun' }] } };
    const requires = ['StandaloneGreeter', 'ContributedEntries'];
    const body = `const entries = context.get(ENTRIES);
      entries.onDidChange(() => undefined).dispose();
      context.commands.register('consumer.greet', () => [entries.of('stars'), entries.of('moons')]);`;
    const consumer = { manifest: { ...CONSUMER.manifest, requires }, body };
    const host = await open({ consumer, provider: PROVIDER, sky: { manifest } as Sketch });
    expect(await greet(host)).to.deep.equal([[{ plugin: 'test.sky', value: { star: 'sun' } }], []]);
    expect(imported(), 'no code of theirs').to.deep.equal(['provider', 'consumer']);
  });

  it('is refused where the plugin does not supply it, and where boot.json switches the plugin off or is wrong', async () => {
    const host = await open({ consumer: { manifest: CONSUMER.manifest }, provider: PROVIDER });
    expect((await failureOf(greet(host))).message).to.equal(
      'test.consumer cannot work without a server. It exports no activateStandalone() from ./plugin.js.',
    );
    await mkdir(path.join(folder, 'data'));
    await writeFile(path.join(folder, 'data', 'boot.json'), '{ "disabled": ["test.consumer"] }');
    expect((await failureOf(greet(await open({ consumer: CONSUMER, provider: PROVIDER })))).code).to.equal('command/unknown');
    await writeFile(path.join(folder, 'data', 'boot.json'), '{');
    expect((await failureOf(greet(await open({ other: CONSUMER, provider: PROVIDER })))).code).to.equal('settings/invalid');
    expect((await failureOf((await open({ provider: PROVIDER })).get(GREETER))).code).to.equal('settings/invalid');
  });

  it('that takes no service of another plugin works where boot.json is wrong: it may say so', async () => {
    await mkdir(path.join(folder, 'data'));
    await writeFile(path.join(folder, 'data', 'boot.json'), '{ "enabled": ["acme.gone"] }');
    const body = `context.commands.register('consumer.greet', ({ name }) => context.openServer().then(() => 'hello ' + name));`;
    expect(await greet(await open({ consumer: { ...CONSUMER, body }, provider: PROVIDER }))).to.equal('hello Lisa');
    expect(imported()).to.deep.equal(['consumer']);
  });
});
