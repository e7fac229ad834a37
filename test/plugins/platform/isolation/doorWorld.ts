// What lies around a plugin's process while it tries the doors: a folder that is none of its business, a port, a Unix socket, and a look whether
// any of it was touched.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { linkSdk } from '@postroom/sdk/base';
import { BUILT_FOLDER } from '#core/base/places.js';
import type { Activation } from '#plugins/platform/isolation/dist/pipe/protocol.js';
import { PluginProcess, type ProcessOptions } from '#plugins/platform/isolation/dist/process/pluginProcess.js';
import { FIXTURES } from './villains.js';

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export interface Reached {
  /** What a door gave. */
  readonly got?: string;
  /** Why it gave nothing. */
  readonly said?: string;
}

export class DoorWorld {
  #made = 0;
  #before = '';
  readonly #touched: string[] = [];
  #process: PluginProcess | undefined;
  readonly #udp = createSocket('udp4');

  private constructor(
    private readonly root: string,
    private readonly tcp: Server,
    private readonly unix: Server,
    private readonly options: Pick<ProcessOptions, 'fence' | 'closed'>,
  ) {
    for (const [server, name] of [
      [tcp, 'the port'],
      [unix, 'the Unix socket'],
    ] as const) {
      server.on('connection', (socket) => {
        this.#touched.push(name);
        socket
          .on('error', () => undefined)
          .resume()
          .end('HTTP/1.1 200 OK\r\n\r\n');
      });
    }
    this.#udp.on('message', () => this.#touched.push('the UDP port'));
  }

  static async make(options: Pick<ProcessOptions, 'fence' | 'closed'>): Promise<DoorWorld> {
    const root = await mkdtemp(path.join(tmpdir(), 'postroom-doors-'));
    for (const folder of ['outside', 'storage', 'plugins']) await mkdir(path.join(root, folder));
    await cp(path.join(FIXTURES, 'reaches-out'), path.join(root, 'plugins', 'reaches-out'), { recursive: true });
    await linkSdk(path.join(root, 'plugins'));
    for (const [name, text] of [
      ['secret.txt', 'not for plugins'],
      ['data.json', '{ "not": "for plugins" }'],
      ['module.mjs', 'export const not = "for plugins";'],
      ['package.json', '{ "main": "./data.json" }'],
    ] as const) {
      await writeFile(path.join(root, 'outside', name), text);
    }
    const world = new DoorWorld(root, createServer(), createServer(), options);
    await once(world.tcp.listen(0, '127.0.0.1'), 'listening');
    await once(world.unix.listen(path.join(root, 'outside', 'socket')), 'listening');
    await new Promise<void>((resolve) => world.#udp.bind(0, '127.0.0.1', resolve));
    world.#before = await world.#outside();
    return world;
  }

  get storage(): string {
    return path.join(this.root, 'storage');
  }

  async #start(): Promise<PluginProcess> {
    const folder = path.join(this.root, 'plugins', 'reaches-out');
    const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as Activation['manifest'];
    const started = new PluginProcess({
      plugin: 'villain.reaches-out',
      readable: [folder, path.join(this.root, 'plugins', 'node_modules')],
      storagePath: this.storage,
      log: SILENT,
      handlers: { 'command.add': () => undefined },
      ...this.options,
    });
    const main = pathToFileURL(path.join(folder, 'plugin.js')).href;
    const settings = { value: {}, properties: [] };
    await started.peer.call('activate', { id: 'villain.reaches-out', manifest, main, storagePath: this.storage, settings });
    return started;
  }

  /** A door that ends the process is one that is shut; the next one is tried in another. */
  async reach(door: string): Promise<Reached> {
    this.#process ??= await this.#start();
    const started = this.#process;
    const request = { call: 1, command: 'reaches-out.try', args: { door, world: this.#around() }, author: 'test' };
    try {
      return (await started.peer.call('command', request)).data as Reached;
    } catch {
      this.#process = undefined;
      return { said: `its process ${(await started.ended).reason}` };
    }
  }

  #around(): object {
    return {
      folder: path.join(this.root, 'outside'),
      outside: path.join(this.root, 'outside', 'secret.txt'),
      made: path.join(this.root, 'outside', `made-${++this.#made}`),
      socket: path.join(this.root, 'outside', 'socket'),
      port: (this.tcp.address() as AddressInfo).port,
      udp: this.#udp.address().port,
      pid: process.pid,
      storage: this.storage,
      product: BUILT_FOLDER,
    };
  }

  /** What was touched since the last look. */
  async touched(): Promise<readonly string[]> {
    const now = await this.#outside();
    const changes = now === this.#before ? [] : [`the folder outside: ${now}`];
    this.#before = now;
    if (this.options.closed === false) return [...this.#touched.splice(0), ...changes];
    const links = (await readdir(this.storage, { recursive: true, withFileTypes: true })).filter(
      (each) => !each.isFile() && !each.isDirectory(),
    );
    return [...this.#touched.splice(0), ...changes, ...links.map(({ name }) => `${name} in its own folder, which is no file`)];
  }

  async remove(): Promise<void> {
    this.#process?.kill('was ended');
    await this.#process?.ended;
    for (const server of [this.tcp, this.unix]) await new Promise((resolve) => server.close(resolve));
    await new Promise<void>((resolve) => this.#udp.close(resolve));
    await rm(this.root, { recursive: true });
  }

  async #outside(): Promise<string> {
    const folder = path.join(this.root, 'outside');
    const entries = (await readdir(folder)).sort().map(async (name) => {
      const { mode, mtimeMs, size } = await stat(path.join(folder, name));
      return `${name} ${mode} ${mtimeMs} ${size}`;
    });
    return (await Promise.all(entries)).join('; ');
  }
}
