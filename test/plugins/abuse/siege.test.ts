// A thousand descriptors, as many systems give, and five thousand silent connections at one of the server's doors: the others serve as before.
import '#core/base/injection.js';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { leakCheck, PRACTICE_PASSWORD, PracticeIsp } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { callRunningServer, controlPath } from '#plugins/platform/cli/dist/control/controlSocket.js';
import { letter } from '../../kit/letter.js';
import { Office } from '../../kit/office.js';
import { officeSettings, REGULAR } from '../../kit/officeSettings.js';
import { PASSWORD, quickPasswords } from '../../kit/quickPasswords.js';
import { until } from '../../kit/until.js';
import { RawClient } from '../pop3/support/rawClient.js';
import { LineClient } from '../smtp/lineClient.js';
import { mostFiles } from './crowd.js';

const OPEN_FILES = 1_024;
/** Where this machine gives the besiegers less, still more than the server may hold. */
const BESIEGERS = mostFiles() < 6_000 ? Math.max(OPEN_FILES - 200, Math.floor(mostFiles() * 0.9)) : 5_000;
const PROGRAM = fileURLToPath(new URL('./siegeProcess.js', import.meta.url));

interface Summary {
  readonly rounds: readonly { readonly account: string; readonly stored: number; readonly failed: readonly string[] }[];
}

describe(`${BESIEGERS.toLocaleString('en')} silent connections, where the server may open ${OPEN_FILES.toLocaleString('en')} files`, function () {
  this.timeout(120_000);
  const leaks = leakCheck();
  let folder = '';
  let isp: PracticeIsp;
  let office: Office;
  let siege: ChildProcessWithoutNullStreams | undefined;
  let mails = 0;

  before(async () => {
    await leaks.begin();
    isp = await PracticeIsp.start();
    isp.mailbox('mail');
    isp.mailbox('post');
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-siege-'));
    const both = (security: string): object[] => [security, 'tls'].map((each) => ({ host: '127.0.0.1', port: 0, security: each }));
    office = await Office.make(path.join(folder, 'data'), {
      ...officeSettings(isp),
      'log.level': 'info',
      'pop3.listen': both('plain'),
      'smtp.listen': both('plain'),
      'admin-ui.listen': [
        { host: '127.0.0.1', port: 0, security: 'plain' },
        { host: '127.0.0.1', port: 0, security: 'tls' },
      ],
    });
    await writeFile(path.join(office.dataDir, 'secrets.json'), quickPasswords(['admin1', 'company/andrew', 'works/lisa']));
    await office.command(['accounts', 'set-password', 'company'], `${PRACTICE_PASSWORD}\n`);
    await office.command(['accounts', 'set-password', 'works'], `${PRACTICE_PASSWORD}\n`);
    await office.start({}, OPEN_FILES);
  });
  after(async () => {
    await office.stop();
    await isp.stop();
    await rm(folder, { recursive: true, force: true });
    expect(await leaks.end()).to.deep.equal([]);
  });
  afterEach(async () => {
    if (siege === undefined) return;
    const gone = once(siege, 'exit');
    siege.stdin.end();
    await gone;
    siege = undefined;
  });

  async function besiege(target: number | string): Promise<void> {
    siege = spawn(process.execPath, [PROGRAM, String(target), String(BESIEGERS)]);
    siege.stderr.resume();
    const [line] = (await once(createInterface({ input: siege.stdout }), 'line')) as [string];
    expect(JSON.parse(line)).to.include({ tries: BESIEGERS });
  }

  const call = async <T>(command: string, args: object = {}): Promise<T> => {
    const answer = await callRunningServer(office.dataDir, { command, args, author: 'cli' }, () => undefined);
    if (answer === undefined) throw new Error(`No server was found for ${command}.\n${office.log}`);
    return answer.result as T;
  };
  const portOf = async (protocol: string, security: string): Promise<number> => {
    const { ports } = await call<{ readonly ports: readonly { protocol: string; security: string; port: number }[] }>('status');
    return ports.find((port) => port.protocol === protocol && port.security === security)?.port ?? 0;
  };

  /** A round with the ISP, its mail picked up, and mail sent: by the ports of `security`. */
  async function mailFlows(security: 'plain' | 'tls'): Promise<void> {
    mails += 1;
    isp.mailbox('mail').put(letter({ to: `Andrew <${REGULAR}>`, subject: `Mail ${mails}` }));
    const { rounds } = await call<Summary>('send-receive');
    expect(rounds.map(({ account, stored, failed }) => [account, stored, failed])).to.deep.equal([
      ['company', 1, []],
      ['works', 0, []],
    ]);
    const port = office.port('pop3', security);
    const client = security === 'tls' ? await RawClient.connectTls(port) : await RawClient.connect(port);
    expect(await client.login('andrew', PASSWORD)).to.match(/^\+OK/);
    expect(await client.askMultiline('RETR 1')).to.include(`Subject: Mail ${mails}`);
    expect(await client.ask('DELE 1')).to.match(/^\+OK/);
    expect(await client.ask('QUIT')).to.match(/^\+OK/);
    client.destroy();
    const sender = await LineClient.open(office.port('smtp', security), security);
    await sender.run('EHLO office.example', `AUTH PLAIN ${Buffer.from(`\0lisa\0${PASSWORD}`).toString('base64')}`);
    await sender.run('MAIL FROM:<lisa@works.example>', 'RCPT TO:<john@works.example>', 'DATA');
    expect(await sender.say('Subject: s\r\n\r\nx\r\n.')).to.match(/^250 /);
    sender.close();
  }

  async function managerServes(security: 'plain' | 'tls'): Promise<void> {
    const port = await portOf('http', security);
    expect(security === 'tls' ? await secureStatus(port) : (await fetch(`http://127.0.0.1:${port}/`)).status).to.equal(200);
  }

  const DOORS: readonly (readonly [name: string, target: () => Promise<number | string>])[] = [
    ['POP3', async () => office.port('pop3', 'plain')],
    ['POP3 with TLS', async () => office.port('pop3', 'tls')],
    ['SMTP', async () => office.port('smtp', 'plain')],
    ['SMTP with TLS', async () => office.port('smtp', 'tls')],
    ['the manager', () => portOf('http', 'plain')],
    ['the manager with TLS', () => portOf('http', 'tls')],
    ['the control socket', async () => controlPath(office.dataDir)],
  ];

  for (const [door, target] of DOORS) {
    it(`at ${door} leave every door serving, that one as well`, async () => {
      await besiege(await target());
      for (const security of ['plain', 'tls'] as const) {
        await mailFlows(security);
        await managerServes(security);
      }
      expect((await office.openFiles()) ?? 0).to.be.below(OPEN_FILES - 100);
      expect(office.log).to.not.match(/Nothing watches|EMFILE|ENFILE/);
    });
  }

  it('leave a log that a person can read, and a command line that answers', async () => {
    expect(await office.json('status')).to.have.property('service', 'running');
    const told = office.log.split('\n').filter((line) => /too many/.test(line));
    expect(told.length, 'ten lines of a kind in ten seconds, and a sum').to.be.below(400);
    expect(told.some((line) => /more lines like the last one were left out/.test(line))).to.equal(true);
    await until('they are let go', async () => ((await office.openFiles()) ?? 0) < 200);
  });
});

function secureStatus(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', rejectUnauthorized: false, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}
