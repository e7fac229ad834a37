import '#core/base/injection.js';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import type { CommandProgress, Disposable } from '@postroom/sdk';
import { ServerNode } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { callRunningServer, controlPath, serveControl } from '#plugins/platform/cli/dist/control/controlSocket.js';
import { letter } from '../../../../kit/letter.js';
import { REGULAR } from '../../../../kit/officeSettings.js';
import { Postroom } from '../../../../kit/postroom.js';

interface Summary {
  readonly rounds: readonly { readonly account: string; readonly stored: number }[];
}

describe('the control socket', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let office: Postroom;
  let control: Disposable | undefined;
  beforeEach(async () => {
    office = await Postroom.start();
    control = await serveControl(office.server);
  });
  afterEach(async () => {
    await control?.dispose();
    await office.stop();
  });

  const call = (command: string, args: object = {}, progress: CommandProgress[] = []) =>
    callRunningServer(office.dataDir, { command, args, author: 'cli' }, (step) => void progress.push(step));

  it('is open to the user of the server only', async () => {
    const { mode } = await stat(controlPath(office.dataDir));
    expect((mode & 0o777).toString(8)).to.equal('600');
  });

  it('takes commands only from who shows the key, as no isolated plugin can', async () => {
    const key = await stat(path.join(office.dataDir, 'control.key'));
    expect((key.mode & 0o777).toString(8)).to.equal('600');
    for (const shown of [undefined, '', 'a'.repeat(64)]) {
      const socket = connect(controlPath(office.dataDir));
      socket.write(`${JSON.stringify({ command: 'status', args: {}, author: 'cli', key: shown })}\n`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(JSON.parse(answer.toString())).to.have.nested.property('error.code', 'command/not-allowed');
      socket.destroy();
    }
  });

  it('runs a command for the server that it names, and says which there are', async () => {
    const ask = (node: string): ReturnType<typeof callRunningServer> =>
      callRunningServer(office.dataDir, { command: 'accounts.list', args: {}, author: 'cli', node }, () => undefined);
    const { name } = office.service(ServerNode);
    expect(await ask(name)).to.deep.equal(await call('accounts.list'));
    const failure = await ask('front-2').catch((error: unknown) => error);
    expect(failure).to.include({ code: 'command/arguments', message: `No server "front-2" is on the store; there is ${name}.` });
  });

  it('carries a command, its progress and its answer', async () => {
    for (let count = 0; count < 3; count += 1) office.isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>` }));
    const progress: CommandProgress[] = [];
    const answer = await call('send-receive', {}, progress);
    expect(((answer?.result as Summary | undefined)?.rounds ?? []).map(({ account, stored }) => [account, stored])).to.deep.equal([
      ['company', 3],
      ['works', 0],
    ]);
    expect(progress.at(-1)).to.deep.equal({ what: 'Collecting company', done: 3, of: 3 });
  });

  it('carries a failure with its code and sentence', async () => {
    const error: unknown = await call('send-receive', { accounts: ['nobody'] }).catch((thrown: unknown) => thrown);
    expect(error).to.include({ name: 'PostroomError', code: 'user/unknown' });
    expect(String(error)).to.include('There is no account "nobody"');
    expect(await call('status', { wrong: true }).catch((thrown: unknown) => thrown)).to.include({ code: 'command/arguments' });
  });

  it('answers from the settings as the file stands, however short ago it was edited', async () => {
    const file = path.join(office.dataDir, 'settings.json');
    const edit = async (value: string): Promise<void> => {
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace(/"timer\.everyMinutes": [^,\n]*/, `"timer.everyMinutes": ${value}`));
    };
    for (const value of [7, 8, 9]) {
      await edit(String(value));
      expect((await call('config.get', { key: 'timer.everyMinutes' }))?.result).to.equal(value);
    }
    await edit('"soon"');
    expect(await call('config.validate').catch((thrown: unknown) => thrown)).to.include({ code: 'settings/invalid' });
  });

  it('serves many at once, and answers nonsense without harm', async () => {
    const socket = connect(controlPath(office.dataDir));
    socket.write('this is no JSON\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(JSON.parse(answer.toString())).to.have.property('error');
    socket.destroy();
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('mailboxes.list')));
    for (const one of answers) expect(one?.result).to.have.length(6);
  });

  it('says that no server runs where there is none, also where a dead one left its socket', async () => {
    await control?.dispose();
    control = undefined;
    expect(await call('status')).to.equal(undefined);
    await writeFile(path.join(office.dataDir, 'control.sock'), '');
    expect(await call('status')).to.equal(undefined);
    control = await serveControl(office.server);
    expect(await call('status')).to.have.property('result');
  });

  it('says so where the server dies in the middle of a command', async () => {
    await control?.dispose();
    control = undefined;
    // What a killed process leaves unread becomes a reset of the connection.
    for (const moment of ['connection', 'data']) {
      const dying = createServer({ pauseOnConnect: moment === 'connection' }, (socket) => {
        if (moment === 'connection') setTimeout(() => socket.destroy(), 50);
        else socket.once('data', () => socket.destroy());
      });
      await once(dying.listen(controlPath(office.dataDir)), 'listening');
      const error: unknown = await call('status').catch((thrown: unknown) => thrown);
      await new Promise((resolve) => dying.close(resolve));
      expect(error, moment).to.include({ name: 'PostroomError', code: 'command/not-running' });
      expect(String(error)).to.include('The server went away before it answered.');
    }
  });

  it('closes although a client stays on the line', async () => {
    const socket = connect({ path: controlPath(office.dataDir), allowHalfOpen: true });
    await once(socket, 'connect');
    socket.write('{"command":"status"');
    await call('status');
    await control?.dispose();
    control = undefined;
    socket.destroy();
  });

  it('is asked again where more programs knock than it has let in yet: a server that is busy is not taken for none', async function () {
    if (process.platform !== 'linux') this.skip();
    await control?.dispose();
    control = undefined;
    const file = controlPath(office.dataDir);
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(`${JSON.stringify({ result: { served: true } })}\n`));
    });
    await once(server.listen({ path: file, backlog: 1 }), 'listening');
    // None of these is let in before the call knocks: that takes a turn of the event loop.
    const crowd = Array.from({ length: 8 }, () => connect(file));
    const refused: unknown[] = [];
    for (const each of crowd) each.on('error', (error: NodeJS.ErrnoException) => refused.push(error.code));
    const answers = await Promise.all([call('status'), call('status')]);
    expect(answers).to.deep.equal([{ result: { served: true } }, { result: { served: true } }]);
    expect(refused, 'the queue was full').to.include('EAGAIN');
    for (const each of crowd) each.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});
