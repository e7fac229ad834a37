// Plugins written for one test into a folder of their own, and a server that takes that folder for the product's plugins.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import type { PluginManifest } from '@postroom/sdk';
import type { PluginStatus } from '@postroom/sdk/services';
import { VirtualClock } from '@postroom/sdk/testing';
import { service } from '#core/base/bindings.js';
import { createLog } from '#core/base/log.js';
import { openServer, type Server } from '#core/bootstrap.js';
import { PluginHost } from '#core/plugins/pluginHost.js';
import { ROOT } from '../../kit/sourceFiles.js';

export interface FixturePlugin {
  readonly manifest?: Partial<PluginManifest>;
  /** Body of activate(context); `say(text)` notes what happens. */
  readonly activate?: string;
  readonly deactivate?: string;
}

/** What the plugins of all fixtures say, by the fixture's key. */
const sayings = new Map<string, string[]>();
Reflect.set(globalThis, 'postroomFixtureSays', (key: string, text: string) => void sayings.get(key)?.push(text));

/** An edition that grants everything. */
const EDITION: FixturePlugin = {
  manifest: { contributes: { taps: [{ hook: 'onLicenseCheck', name: 'grant', stage: 'grant' }] } },
  activate: `context.hooks.onLicenseCheck.tap('grant', () => ({ granted: true, edition: 'Test', limits: { accounts: 9, usersPerAccount: 9 } }));`,
};

export class FixtureServer {
  readonly clock = new VirtualClock();
  readonly said: string[] = [];
  #server: Server | undefined;

  private constructor(readonly folder: string) {
    sayings.set(folder, this.said);
  }

  /** Starts a server with these plugins of publisher `test`, all enabled, and an edition. `prepare`: the data folder, before the start. */
  static async start(
    plugins: Readonly<Record<string, FixturePlugin>>,
    settings: object = {},
    prepare: (dataDir: string) => Promise<void> = async () => undefined,
  ): Promise<FixtureServer> {
    const fixture = new FixtureServer(await mkdtemp(path.join(tmpdir(), 'postroom-plugins-')));
    const all = { ...plugins, edition: EDITION };
    for (const [name, plugin] of Object.entries(all)) await fixture.#write(name, plugin);
    // What every server starts with.
    await symlink(path.join(ROOT, 'plugins', 'platform'), path.join(fixture.folder, 'plugins', 'platform'), 'dir');
    const dataDir = path.join(fixture.folder, 'data');
    await mkdir(dataDir);
    const enabled = Object.keys(all).map((name) => `test.${name}`);
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify({ 'plugins.enabled': enabled, ...settings }));
    await prepare(dataDir);
    const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
    const bundledPlugins = path.join(fixture.folder, 'plugins');
    try {
      fixture.#server = await openServer({ dataDir, bundledPlugins, clock: fixture.clock, log: createLog('error', sink) });
    } catch (error) {
      await fixture.stop();
      throw error;
    }
    return fixture;
  }

  get server(): Server {
    if (this.#server === undefined) throw new Error('The server is closed.');
    return this.#server;
  }

  /** How a plugin stands, by its id. */
  plugin(id: string): PluginStatus | undefined {
    return service(this.server.container, PluginHost).plugins.find((each) => each.id === id);
  }

  run(command: string, args: object = {}): Promise<unknown> {
    return this.server.run(command, args, { author: 'test', signal: new AbortController().signal, progress: () => undefined });
  }

  async close(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  async stop(): Promise<void> {
    await this.close();
    sayings.delete(this.folder);
    await rm(this.folder, { recursive: true, force: true });
  }

  async #write(name: string, { manifest, activate = '', deactivate }: FixturePlugin): Promise<void> {
    const folder = path.join(this.folder, 'plugins', name);
    await mkdir(folder, { recursive: true });
    const whole = {
      name,
      publisher: 'test',
      version: '1.0.0',
      type: 'module',
      main: './plugin.js',
      displayName: name,
      description: `Plugin ${name} of a test.`,
      engines: { postroom: '^1.0.0' },
      ...manifest,
    };
    await writeFile(path.join(folder, 'package.json'), JSON.stringify(whole));
    const end = deactivate === undefined ? '' : `export async function deactivate() {\n${deactivate}\n}\n`;
    const say = `const say = (text) => globalThis.postroomFixtureSays(${JSON.stringify(this.folder)}, text);\n`;
    await writeFile(path.join(folder, 'plugin.js'), `${say}export async function activate(context) {\n${activate}\n}\n${end}`);
  }
}

/** activate(): a listener that says when it opens and closes. */
export function listening(name: string): string {
  return `context.listen({ name: '${name}', start: async () => { say('open ${name}'); return []; }, stop: async () => say('close ${name}') });`;
}
