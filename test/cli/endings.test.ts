// How the command line begins and ends: signals, pipes that somebody closes or keeps open, folders with difficult names.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { Office } from '../kit/office.js';
import { ROOT } from '../kit/sourceFiles.js';

const PROGRAM = path.join(ROOT, 'core', 'bin', 'postroom.mjs');
const SETTINGS = {
  'plugins.enabled': ['postroom.licensing-pro'],
  'pop3.listen': [],
  'smtp.listen': [],
  'admin-ui.listen': [],
  accounts: { company: { kind: 'regular', address: 'mail@company.example', users: { andrew: {} } } },
};

describe('the ends of the command line', function () {
  this.timeout(90_000);
  let folder = '';
  let office: Office;
  const started: ChildProcess[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-ends-'));
    office = await Office.make(path.join(folder, 'data'), SETTINGS);
  });
  afterEach(async () => {
    for (const child of started.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await office.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function postroom(...args: readonly string[]) {
    const child = spawn(process.execPath, [PROGRAM, ...args, '--data', office.dataDir], { stdio: ['pipe', 'pipe', 'pipe'] });
    started.push(child);
    return child;
  }

  it('let a start that gets a signal finish, and close what it opened', async () => {
    const child = postroom('serve');
    const log = text(child.stdout);
    // The lock is among the first things that a start takes, long before it is ready.
    while (!(await readdir(office.dataDir)).includes('postroom.lock')) await new Promise((resolve) => setImmediate(resolve));
    child.kill('SIGTERM');
    expect(await once(child, 'close')).to.deep.equal([0, null]);
    expect(await log).to.match(/"signal":"SIGTERM","msg":"Stopping\.".*"msg":"Stopped\."/s);
    expect(await readdir(office.dataDir)).to.not.include.members(['postroom.pid']);
  });

  it('are those of npx too, which tells nobody when it gets a signal', async () => {
    // npx, and the shell between it and us.
    const shell = `"${process.execPath}" "${PROGRAM}" serve --json --data "${office.dataDir}"; true`;
    const npx = spawn('sh', ['-c', shell], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, npm_command: 'exec' } });
    started.push(npx);
    const log = text(npx.stderr);
    await once(createInterface({ input: npx.stdout }), 'line');
    npx.kill('SIGTERM');
    // Ends when the server has let go of it.
    expect(await log).to.match(/"signal":"the end of npm","msg":"Stopping\.".*"msg":"Stopped\."/s);
  });

  it('stay quiet where the reader has seen enough', async () => {
    const child = postroom('--help');
    child.stdout.destroy();
    expect(await text(child.stderr)).to.equal('');
  });

  it('say what each area of commands is about, as its manifest does where it is of a plugin', async () => {
    const help = (await text(postroom('--help').stdout)).replaceAll(/\s+/g, ' ');
    expect(help).to.include('users Who shares an account: list, add, change, rename, remove, passwords');
    expect(help).to.include('secrets The key of the encrypted passwords: rotate');
    expect(help).to.include('certificate What mail programs are shown: the certificate, its fingerprint, and the authority to trust once');
  });

  it('help with a command however it is asked', async () => {
    const [one, other] = await Promise.all(
      [
        ['help', 'users', 'add'],
        ['users', 'add', '--help'],
      ].map((words) => text(postroom(...words).stdout)),
    );
    expect(one)
      .to.equal(other)
      .and.to.match(/^Usage: postroom users add .*Example:\n {2}postroom users add company greg --cc andrew\n/s);
  });

  it('come with the line of the password, though its writer keeps the pipe open', async () => {
    const child = postroom('users', 'set-password', 'company', 'andrew');
    child.stdin.write('correct horse\n');
    expect(await once(child, 'close')).to.deep.equal([0, null]);
  });

  it('refuse a password that no mail program could send', async () => {
    const child = postroom('users', 'set-password', 'company', 'andrew');
    child.stdin.end(Buffer.from([0x70, 0xe4, 0x73, 0x0a]));
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close') as Promise<[number]>]);
    expect(said).to.equal('New password: this is not UTF-8 text, and no mail program could send it. Nothing was changed.\n');
    expect(code).to.equal(2);
  });

  it('read no file without end', async function () {
    if (process.platform === 'win32') this.skip();
    const { code, error } = await office.run(['explain', '/dev/zero', '--account', 'company']);
    expect([code, error]).to.deep.equal([2, '/dev/zero cannot be read: it has more than 100 MB.\n']);
  });

  it('refuse a data folder without a name', async () => {
    const { code, error } = await Office.prototype.run.call({ dataDir: '' }, ['status']);
    expect([code, error]).to.deep.equal([2, '--data names no folder: what stands after it is empty.\n']);
  });

  it('reach a server whose data folder lies deeper than a socket may', async () => {
    const deep = await Office.make(path.join(folder, 'x'.repeat(90), 'y'.repeat(60)), SETTINGS);
    await deep.start();
    try {
      expect(await deep.json('status')).to.include({ service: 'stopped: no licence' });
      expect(await readdir(folder)).to.have.members(['data', 'x'.repeat(90)]);
      expect(await readdir(deep.dataDir)).to.include('control.sock');
    } finally {
      await deep.stop();
    }
    expect(await readdir(deep.dataDir)).to.not.include('control.sock');
  });

  it('tell another user that the folder is not theirs', async function () {
    if (process.getuid?.() !== 0) this.skip();
    await office.start();
    const { code, error } = await office.run(['mailboxes', 'list'], '', 65534);
    expect(error).to.match(/^You may not use the data folder .*\. Run this as the user that runs Postroom, or as root\.$/m);
    expect(code).to.equal(78);
  });
});
