// Deciding and storing never depend on mailparser: where it cannot even be loaded, mail is fetched, sorted, stored, served, submitted and sent.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PRACTICE_PASSWORD, PracticeIsp } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { Ledger } from '../faults/ledger.js';
import { DEVICES, PASSWORD, Traffic } from '../faults/traffic.js';
import { VictimProcess } from '../faults/victimProcess.js';
import { officeSettings } from '../kit/officeSettings.js';

const WITHOUT = ['--import', fileURLToPath(new URL('../kit/withoutMailparser/register.js', import.meta.url))];

describe('a server without mailparser', function () {
  this.timeout(120_000);

  let isp: PracticeIsp;
  let dataDir: string;
  let server: VictimProcess;
  beforeEach(async () => {
    isp = await PracticeIsp.start();
    for (const mailbox of ['mail', 'post']) isp.mailbox(mailbox);
    dataDir = await mkdtemp(path.join(tmpdir(), 'postroom-without-'));
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify({ ...officeSettings(isp), ...DEVICES, 'log.level': 'error' }));
    server = VictimProcess.spawn({ execArgv: WITHOUT });
  });
  afterEach(async () => {
    await server.kill();
    await isp.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('is one: the module cannot be loaded', async () => {
    const loading = promisify(execFile)(process.execPath, [...WITHOUT, '--input-type=module', '--eval', "await import('mailparser')"], {
      cwd: path.dirname(fileURLToPath(import.meta.url)),
    });
    const failure = await loading.then(() => 'it was loaded', String);
    expect(failure).to.include('There is no mailparser here.');
  });

  it('fetches, sorts, stores, serves, takes in and sends every message, with the octets it had', async () => {
    const ledger = new Ledger();
    const traffic = new Traffic(isp, ledger, 'without');
    await server.open(dataDir);
    for (const account of ['company', 'works']) await server.run('accounts.set-password', { account, password: PRACTICE_PASSWORD });
    await server.run('users.set-password', { account: 'company', user: 'andrew', password: PASSWORD });
    traffic.arrive(7);
    expect(await traffic.submit(server.smtpPort, 1, { withBounce: true })).to.have.property('state', 'made');
    await server.run('send-receive');
    expect(isp.outgoing).to.have.length(1);
    expect(await traffic.pickUp(server.pop3Port, 'andrew', 'company/andrew')).to.match(/^\+OK/);
    expect(
      await ledger.judge(
        dataDir,
        isp.mailboxes.reduce((sum, { messages }) => sum + messages.length, 0),
      ),
    ).to.deep.equal({
      lost: [],
      doubled: [],
      stalled: [],
    });
  });
});
