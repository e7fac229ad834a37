// The server of largeMessage.test.ts: measures its own memory while a large message goes through, and never holds it itself.

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { Rounds } from '@postroom/sdk/services';
import { PRACTICE_PASSWORD } from '@postroom/sdk/testing';
import { service } from '#core/base/bindings.js';
import { createLog } from '#core/base/log.js';
import { openServer, type Server } from '#core/bootstrap.js';
import { Ports } from '#core/plugins/contributions/ports.js';
import { doorThreads } from '../kit/doorThreads.js';
import { packFolder } from '../kit/packedPlugin.js';
import { PASSWORD, quickPasswords } from '../kit/quickPasswords.js';
import { ROOT } from '../kit/sourceFiles.js';

export interface LargeReport {
  readonly retrieved: number;
  readonly growthMB: Readonly<Record<string, number>>;
  /** What a filter in a process of its own read of the submitted message, and the most resident memory that it saw itself take. */
  readonly filter: { readonly octets: number; readonly megabytes: number };
}

const MEGABYTE = 1024 * 1024;
const READER = path.join(ROOT, 'test', 'fixtures', 'plugins', 'reader');
const LOGIN = Buffer.from(`\0andrew\0${PASSWORD}`).toString('base64');

/** The most that resident memory grew while `work` ran, in MB. */
async function grown(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage.rss();
  let most = before;
  const watching = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 10);
  await work();
  clearInterval(watching);
  return Math.round((Math.max(most, process.memoryUsage.rss()) - before) / MEGABYTE);
}

async function main([pop3Port, smtpPort, devicePort]: readonly number[]): Promise<void> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'postroom-large-'));
  const plain = { 'pop3.host': '127.0.0.1', 'pop3.security': 'plain', 'smtp.host': '127.0.0.1', 'smtp.security': 'plain' };
  const servers = { ...plain, 'pop3.port': pop3Port, 'smtp.port': smtpPort };
  const listen = [{ host: '127.0.0.1', port: 0, security: 'plain' }];
  const settings = {
    'plugins.enabled': ['postroom.licensing-pro'],
    'licensing.device.address': '127.0.0.1',
    'licensing.device.port': devicePort,
    'timer.everyMinutes': 0,
    'timer.outboxCount': 0,
    'pop3.listen': listen,
    'smtp.listen': listen,
    'smtp.plaintextNetworks': ['127.0.0.1'],
    'smtp.maxMessageBytes': 100 * MEGABYTE,
    ...doorThreads(),
    accounts: { company: { kind: 'regular', address: 'mail@company.example', ...servers, users: { andrew: {} } } },
  };
  await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(settings));
  await writeFile(path.join(dataDir, 'secrets.json'), quickPasswords(['company/andrew']));
  const server = await openServer({ dataDir, log: createLog('error', new Writable({ write: (_chunk, _encoding, done) => done() })) });
  const call = { author: 'test', signal: new AbortController().signal, progress: () => undefined };
  const run = (command: string, args: object): Promise<unknown> => server.run(command, args, call);
  await run('accounts.set-password', { account: 'company', password: PRACTICE_PASSWORD });
  const round = (): Promise<unknown> => service(server.container, Rounds).run('user');
  let retrieved = 0;
  const growthMB = {
    fetching: await grown(round),
    reading: await grown(async () => {
      retrieved = await retrieve(server);
    }),
    'submitting past a filter that reads it all': await grown(async () => {
      await run('plugins.add', { plugin: (await packFolder(READER)).toString('base64') });
      await submit(server);
    }),
    relaying: await grown(round),
  };
  const filter = readIn(await run('trace', { query: 'Large', limit: 10 }));
  await server.close();
  await rm(dataDir, { recursive: true });
  process.send?.({ retrieved, growthMB, filter } satisfies LargeReport, () => process.disconnect());
}

/** From the tag that the filter gave the message. */
function readIn(traces: unknown): LargeReport['filter'] {
  const trails = (traces as readonly { readonly trail: readonly { readonly change: string; readonly reason: string }[] }[]).flatMap(
    ({ trail }) => trail,
  );
  const said = trails.find(({ change }) => change === 'tag read')?.reason ?? '';
  const [, octets, megabytes] = /^(\d+) octets, (\d+) MB$/.exec(said) ?? [];
  return { octets: Number(octets), megabytes: Number(megabytes) };
}

function portOf(server: Server, protocol: string): number {
  return service(server.container, Ports).ports.find((port) => port.protocol === protocol)?.port ?? 0;
}

/** Reads message 1 by POP3 and counts its octets. */
async function retrieve(server: Server): Promise<number> {
  const socket = connect(portOf(server, 'pop3'), '127.0.0.1');
  await reply(socket);
  await say(socket, 'USER andrew');
  await say(socket, `PASS ${PASSWORD}`);
  let octets = 0;
  let tail = Buffer.alloc(0);
  const whole = new Promise<void>((resolve, reject) => {
    socket.on('data', (piece: Buffer) => {
      if (octets === 0 && !piece.toString('latin1', 0, 3).startsWith('+OK')) reject(new Error(piece.toString()));
      octets += piece.length;
      tail = Buffer.concat([tail, piece.subarray(-5)]).subarray(-5);
      if (tail.toString() === '\r\n.\r\n') resolve();
    });
  });
  socket.write('RETR 1\r\n');
  await whole;
  socket.destroy();
  return octets;
}

/** Sends 50 MB by SMTP, piece by piece. */
async function submit(server: Server): Promise<void> {
  const socket = connect(portOf(server, 'smtp'), '127.0.0.1');
  await reply(socket);
  await say(socket, 'EHLO office.example');
  await say(socket, `AUTH PLAIN ${LOGIN}`);
  await say(socket, 'MAIL FROM:<mail@company.example>');
  await say(socket, 'RCPT TO:<ruth@customer.example>');
  await say(socket, 'DATA');
  socket.write('From: mail@company.example\r\nTo: ruth@customer.example\r\nSubject: Large\r\n\r\n');
  const piece = `${'y'.repeat(75)}\r\n`.repeat(690);
  for (let count = 0; count < 1_000; count += 1) {
    if (!socket.write(piece)) await once(socket, 'drain');
  }
  await say(socket, '.');
  socket.destroy();
}

async function say(socket: Socket, line: string): Promise<void> {
  const answered = reply(socket);
  socket.write(`${line}\r\n`);
  await answered;
}

function reply(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const take = (piece: Buffer): void => {
      text += piece.toString();
      if (/^(?:\d{3} |\+OK|-ERR)[^\n]*\r\n$/m.test(text)) {
        socket.off('data', take);
        if (/^[45-]/.test(text)) reject(new Error(text));
        else resolve();
      }
    };
    socket.on('data', take);
  });
}

await main(process.argv.slice(2).map(Number));
