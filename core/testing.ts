// A server for the tests of plugins: what @postroom/sdk/testing starts (sdk/testing/testServer.ts says what it needs).
import './base/injection.js';
import { Writable } from 'node:stream';
import { type CommandCall, PostroomError } from '@postroom/sdk';
import { Accounts, Maildrops } from '@postroom/sdk/services';
import type { LogLine, TestServer, TestServerOptions } from '@postroom/sdk/testing';
import { service } from './base/bindings.js';
import { createLog } from './base/log.js';
import { openServer, type Server } from './bootstrap.js';
import { findMailbox } from './commands/findMailbox.js';
import { packChecked } from './host/packages/pluginCheck.js';

export async function openTestServer({ dataDir, clock, onLog }: TestServerOptions): Promise<TestServer> {
  const server = await openServer({ dataDir, clock, serve: false, log: createLog('debug', logTo(onLog)) });
  const run = (command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> => server.run(command, args, CALL);
  return {
    run: async (command, args) => JSON.parse(JSON.stringify((await run(command, args)) ?? {})) as unknown,
    install: (folder) => install(folder, run),
    messages: (mailbox) => messagesIn(server, mailbox),
    close: () => server.close(),
  };
}

const CALL: CommandCall = { author: 'test', signal: new AbortController().signal, progress: () => undefined };

async function install(folder: string, run: TestServer['run']): Promise<void> {
  const added = (await run('plugins.add', { plugin: (await packChecked(folder)).toString('base64') })) as {
    readonly plugin: string;
    readonly state: string;
    readonly problems: readonly string[];
  };
  if (added.state !== 'active') {
    throw new PostroomError('plugin/failed', `${added.plugin} is ${added.state}: ${added.problems.join(' ')}`);
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
    maildrop.close();
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
