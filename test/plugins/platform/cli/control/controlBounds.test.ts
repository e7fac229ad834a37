// The control socket as a stranger's plugin could use it, which cannot read the key: it gets a line, a few seconds and a place, and harms nobody.
import '#core/base/injection.js';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import type { Disposable } from '@postroom/sdk';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { CONTROL_LIMITS } from '#plugins/platform/cli/dist/control/controlLimits.js';
import { callRunningServer, controlPath, serveControl } from '#plugins/platform/cli/dist/control/controlSocket.js';
import { Postroom } from '../../../../kit/postroom.js';
import { until } from '../../../../kit/until.js';

/** A client that says what it likes. */
class Stranger {
  said = '';
  isClosed = false;

  private constructor(readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      this.said += data.toString();
    });
    const closed = (): void => {
      this.isClosed = true;
    };
    socket.on('end', closed).on('close', closed);
  }

  static async open(file: string): Promise<Stranger> {
    const socket = connect({ path: file, allowHalfOpen: true });
    const stranger = new Stranger(socket);
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    return stranger;
  }
}

describe('the bounds of the control socket', () => {
  const leaks = leakCheck();
  const clock = new VirtualClock();
  let office: Postroom;
  let control: Disposable;
  let strangers: Stranger[] = [];
  let key = '';
  before(async () => {
    await leaks.begin();
    office = await Postroom.start({ clock });
    control = await serveControl(office.server);
    key = await readFile(path.join(office.dataDir, 'control.key'), 'utf8');
  });
  after(async () => {
    await control.dispose();
    await office.stop();
    expect(await leaks.end()).to.deep.equal([]);
  });
  afterEach(async () => {
    for (const { socket } of strangers) socket.destroy();
    await until('all are gone', () => strangers.every(({ isClosed }) => isClosed));
    strangers = [];
  });

  const stranger = async (): Promise<Stranger> => {
    const opened = await Stranger.open(controlPath(office.dataDir));
    strangers.push(opened);
    return opened;
  };
  const call = (command: string, args: object = {}, octets: Record<string, Uint8Array> = {}) =>
    callRunningServer(office.dataDir, { command, args, author: 'cli', octets }, () => undefined);
  const refusal = (said: string): { readonly code: string; readonly message: string } =>
    (JSON.parse(said.split('\n')[0] ?? '') as { readonly error: { readonly code: string; readonly message: string } }).error;

  it('take 64 KB without the key, say so, and keep nothing of what follows', async () => {
    const { socket } = await stranger();
    const before = process.memoryUsage().rss;
    const piece = Buffer.alloc(1024 * 1024, 'a');
    for (let count = 0; count < 256 && !socket.destroyed; count += 1) {
      await new Promise<void>((resolve) => void socket.write(piece, () => resolve()));
    }
    const answered = strangers[0] as Stranger;
    await until('it is answered', () => answered.said.includes('\n'));
    expect(refusal(answered.said)).to.include({
      code: 'command/arguments',
      message: 'The first line has more than 64 KB. Nothing was done.',
    });
    expect((process.memoryUsage().rss - before) / 2 ** 20).to.be.below(100);
    await clock.advance(CONTROL_LIMITS.lingerMs);
    await until('it is closed', () => answered.isClosed);
    expect(await call('status')).to.have.property('result');
  });

  it('wait five seconds for the key, also where octets trickle in', async () => {
    const slow = await stranger();
    slow.socket.write('{"key":');
    await call('status');
    await clock.advance(CONTROL_LIMITS.keyMs - 1);
    slow.socket.write('"a');
    await call('status');
    expect(slow.isClosed).to.equal(false);
    await clock.advance(1);
    await until('it is closed', () => slow.isClosed);
  });

  it('have room for a command beside any number of connections without the key', async () => {
    for (let count = 0; count < 3 * CONTROL_LIMITS.connections; count += 1) await stranger();
    expect(await call('status')).to.have.property('result');
    await until('most were sent away', () => strangers.filter(({ isClosed }) => isClosed).length >= 2 * CONTROL_LIMITS.connections);
    expect(strangers.filter(({ said }) => said !== '').every(({ said }) => said === '{"busy":true}\n')).to.equal(true);
    expect(strangers.filter(({ isClosed }) => !isClosed).length).to.be.at.most(CONTROL_LIMITS.connections);
    const lines = office.log.match(/A connection to the control socket was refused/g) ?? [];
    expect(lines.length).to.be.within(1, 12);
  });

  it('end a connection that showed the key and asks for nothing, and one that does not read its answer', async () => {
    const idle = await stranger();
    idle.socket.write(`${JSON.stringify({ key })}\n`);
    const deaf = await stranger();
    deaf.socket.pause();
    deaf.socket.write(`${JSON.stringify({ key, command: 'status', args: {}, author: 'cli' })}\n`);
    await call('status');
    await until('both wait', () => !idle.isClosed);
    await clock.advance(CONTROL_LIMITS.idleMs);
    await until('the idle one is closed', () => idle.isClosed);
    deaf.socket.resume();
    await until('the other one as well', () => deaf.isClosed || deaf.said.includes('result'));
  });

  it('refuse a request that is too large, too deep or none, with a sentence, once the key is shown', async () => {
    const deep = `{"command":"status","author":"cli","args":${'['.repeat(1_000_000)}`;
    const full = `{"command":"status","author":"cli","args":[${'1,'.repeat(200_000)}1]}`;
    for (const [request, sentence] of [
      ['x'.repeat(CONTROL_LIMITS.request + 1), 'The request has more than 4096 KB. Nothing was done.'],
      [deep, 'The request is nested more than 64 deep.'],
      [full, 'The request holds more than 100000 values.'],
      ['nonsense', 'This is no request: a line of JSON is expected. Use the command line of this server.'],
      ['{"command":7}', 'This is no request: it must name a command and an author.'],
      ['{"command":"status","author":"cli","files":{"a":-1}}', 'This is no request: it must name a command and an author.'],
      ['{"command":"status","author":"cli","files":{"a":1e9}}', 'The files have 1000000000 octets, and at most 104857600 are taken.'],
    ] as const) {
      const asked = await stranger();
      asked.socket.write(`${JSON.stringify({ key })}\n${request}\n`);
      await until(`an answer to ${request.slice(0, 40)}`, () => asked.said.includes('\n'));
      expect(refusal(asked.said).message).to.equal(sentence);
    }
    expect(await call('status')).to.have.property('result');
  });

  it('take the file of a command as octets, as large as a message may be', async function () {
    this.timeout(60_000);
    const letter = Buffer.concat([
      Buffer.from('From: a@far.example\r\nTo: mail@company.example\r\n\r\n'),
      Buffer.alloc(50 * 1024 * 1024, 'text\r\n'),
    ]);
    const answer = await call('explain', { account: 'company' }, { file: letter });
    expect(answer?.result).to.include({ account: 'company' });
    const wrong: unknown = await call('status', {}, { file: letter.subarray(0, 10) }).catch((error: unknown) => error);
    expect(wrong).to.include({ code: 'command/arguments' });
  });
});
