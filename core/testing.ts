// A server for the tests of plugins: what @postroom/sdk/testing starts (sdk/testing/testServer.ts says what it needs).
import './base/injection.js';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { type CommandCall, PostroomError } from '@postroom/sdk';
import { findMailbox, pluginFiles } from '@postroom/sdk/base';
import { Accounts, Maildrops, PluginPacker } from '@postroom/sdk/services';
import type { LogLine, TestServer, TestServerOptions } from '@postroom/sdk/testing';
import { service } from './base/bindings.js';
import { createLog } from './base/log.js';
import { openServer, type Server } from './bootstrap.js';
import { readPlugin } from './plugins/manifests/discovery.js';
import { PluginHost } from './plugins/pluginHost.js';
import { StandaloneHost } from './plugins/start/standalone.js';

export async function openTestServer({ dataDir, clock, plugins, onLog }: TestServerOptions): Promise<TestServer> {
  const installed = await install(plugins, dataDir);
  if (installed.length > 0) await enable(installed, dataDir);
  const server = await openServer({ dataDir, clock, serve: false, log: createLog('debug', logTo(onLog)) });
  try {
    mustRun(installed, server);
  } catch (error) {
    await server.close();
    throw error;
  }
  const run = (command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> => server.run(command, args, CALL);
  return {
    run: async (command, args) => JSON.parse(JSON.stringify((await run(command, args)) ?? {})) as unknown,
    messages: (mailbox) => messagesIn(server, mailbox),
    close: () => server.close(),
  };
}

const CALL: CommandCall = { author: 'test', signal: new AbortController().signal, progress: () => undefined };

/** Puts plugins where `plugins add` does, once each has passed what it would have to pass there. Answers their ids. */
async function install(folders: readonly string[], dataDir: string): Promise<readonly string[]> {
  if (folders.length === 0) return [];
  const packer = await (await StandaloneHost.bare(createLog('error', process.stderr))).get(PluginPacker);
  return Promise.all(
    folders.map(async (folder) => {
      // It is activated at once, and that reads the code.
      await packer.pack(folder, { readsCode: false });
      const { id } = await readPlugin(folder, false);
      for (const file of await pluginFiles(folder)) {
        const target = path.join(dataDir, 'plugins', id, file);
        await mkdir(path.dirname(target), { recursive: true });
        await copyFile(path.join(folder, file), target);
      }
      return id;
    }),
  );
}

async function enable(plugins: readonly string[], dataDir: string): Promise<void> {
  const file = path.join(dataDir, 'settings.json');
  const settings = JSON.parse(await readFile(file, 'utf8')) as { readonly 'plugins.enabled'?: readonly string[] };
  await writeFile(file, JSON.stringify({ ...settings, 'plugins.enabled': [...(settings['plugins.enabled'] ?? []), ...plugins] }));
}

function mustRun(plugins: readonly string[], server: Server): void {
  for (const id of plugins) {
    const found = service(server.container, PluginHost).plugins.find((plugin) => plugin.id === id && !plugin.bundled);
    if (found?.state === 'active') continue;
    const why =
      found === undefined
        ? 'is the id of a plugin of Postroom itself; choose another name.'
        : `is ${found.state}: ${found.problems.join(' ')}`;
    throw new PostroomError('plugin/failed', `${id} ${why}`);
  }
}

async function messagesIn(server: Server, name: string): Promise<readonly string[]> {
  const mailbox = findMailbox(name, service(server.container, Accounts));
  const maildrop = mailbox === undefined ? undefined : await service(server.container, Maildrops).open(mailbox);
  if (maildrop === undefined || maildrop === 'in-use') {
    throw new PostroomError('user/unknown', `There is no mailbox ${name}, or somebody reads it at the moment.`);
  }
  try {
    const numbers = Array.from({ length: maildrop.messages.count }, (_, index) => index + 1);
    const texts = numbers.map(() => '');
    for await (const { number, octets } of maildrop.read(numbers)) {
      texts[number - 1] += Buffer.from(octets).toString('latin1');
    }
    return texts.map((text) => Buffer.from(text, 'latin1').toString('utf8'));
  } finally {
    await maildrop.close();
  }
}

function logTo(onLog: (line: LogLine) => void): Writable {
  return new Writable({
    write: (line: Buffer, _encoding, done) => {
      onLog(JSON.parse(line.toString('utf8')) as LogLine);
      done();
    },
  });
}
