// The whole server on the newer Node.js, with door threads at its own ports, which die meanwhile.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PracticeIsp } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { createTransport } from 'nodemailer';
import { NewerServer, needsNewerNode } from '../../../../kit/newerNode/newerNode.js';
import { officeSettings } from '../../../../kit/officeSettings.js';
import { PASSWORD, quickPasswords } from '../../../../kit/quickPasswords.js';
import { ROOT } from '../../../../kit/sourceFiles.js';
import { until } from '../../../../kit/until.js';
import { RawClient } from '../../../pop3/support/rawClient.js';

const SESSIONS = 20;
const MESSAGES = 4;
const KILLS = 3;

interface Ready {
  readonly smtp: readonly { readonly port: number; readonly security: string }[];
  readonly pop3: readonly { readonly port: number }[];
}

interface EchoState {
  /** Doors that its module is open in. */
  readonly doors: number;
  readonly state: { readonly open: number; readonly crashed: number };
}

describe('submission in the door threads of a server', function () {
  this.timeout(180_000);
  let isp: PracticeIsp;
  let dataDir: string;
  let server: NewerServer;
  let ready: Ready;

  before(async function () {
    needsNewerNode(this);
    isp = await PracticeIsp.start();
    isp.mailbox('mail');
    isp.mailbox('post');
    dataDir = await mkdtemp(path.join(tmpdir(), 'postroom-smtp-doors-'));
    const office = officeSettings(isp);
    const settings = {
      ...office,
      'plugins.enabled': [...(office['plugins.enabled'] as string[]), 'test.echo'],
      'smtp.listen': ['starttls', 'tls'].map((security) => ({ host: '127.0.0.1', port: 0, security })),
      'server.doors': 2,
    };
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(settings));
    await writeFile(path.join(dataDir, 'boot.json'), JSON.stringify({ trusted: ['test.echo'] }));
    await writeFile(path.join(dataDir, 'secrets.json'), quickPasswords(['admin1', 'works/lisa', 'works/john']), { mode: 0o600 });
    // Its command ends a door, with all protocols in it.
    await cp(path.join(ROOT, 'test/fixtures/doors/echo'), path.join(dataDir, 'plugins', 'test.echo'), { recursive: true });
    server = await NewerServer.serve(dataDir);
    ready = JSON.parse(server.log.find((line) => line.startsWith('{"event":"ready"')) ?? '{}') as Ready;
  });
  after(async () => {
    await server?.stop();
    await isp?.stop();
    if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
  });

  async function send(security: 'starttls' | 'tls', subject: string): Promise<void> {
    const transport = createTransport({
      host: '127.0.0.1',
      port: ready.smtp[security === 'tls' ? 1 : 0]?.port ?? 0,
      ...(security === 'tls' ? { secure: true } : { requireTLS: true }),
      tls: { rejectUnauthorized: false },
      auth: { user: 'john', pass: PASSWORD },
    });
    try {
      await transport.sendMail({ from: 'john@works.example', to: 'lisa@works.example', subject, text: subject });
    } finally {
      transport.close();
    }
  }

  const echo = (): Promise<EchoState> => server.run<EchoState>('echo.state');

  /** How often each subject is in lisa's mailbox. */
  async function subjects(): Promise<ReadonlyMap<string, number>> {
    const client = await RawClient.connect(ready.pop3[0]?.port ?? 0);
    await client.login('lisa', PASSWORD);
    const count = Number((await client.ask('STAT')).split(' ')[1]);
    const found = new Map<string, number>();
    for (let number = 1; number <= count; number += 1) {
      const subject = /^Subject: (.*)\r$/m.exec(await client.askMultiline(`TOP ${number} 0`))?.[1] ?? '';
      found.set(subject, (found.get(subject) ?? 0) + 1);
    }
    client.destroy();
    return found;
  }

  it('stores everything that was answered with 250, over STARTTLS and TLS, though doors die', async () => {
    await until('both doors are open', async () => (await echo()).state.open === 2);
    const answered: string[] = [];
    let cuts = 0;
    const killing = (async () => {
      for (let kills = 1; kills <= KILLS; kills += 1) {
        const enough = answered.length + SESSIONS / 2;
        await until('more was sent', () => answered.length >= Math.min(enough, SESSIONS * MESSAGES));
        await until('a door is open', async () => (await echo()).doors > 0);
        await server.run('echo.kill', { how: kills % 2 === 0 ? 'throw' : 'exit' });
        await until('the killed door is told', async () => (await echo()).state.crashed === kills);
      }
    })();
    const sendAll = async (session: number): Promise<void> => {
      for (let count = 0; count < MESSAGES; ) {
        const name = `message-${session}-${count}`;
        try {
          await send(session % 2 === 0 ? 'starttls' : 'tls', name);
          answered.push(name);
          count += 1;
        } catch {
          cuts += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: SESSIONS }, (_, session) => sendAll(session)));
    await killing;
    const stored = await subjects();
    expect(answered.filter((name) => !stored.has(name))).to.deep.equal([]);
    const copies = [...stored.values()].reduce((sum, count) => sum + count, 0);
    expect(copies, 'twice at most where the answer was cut off').to.be.within(answered.length, answered.length + cuts);
  });

  it('goes on on the main thread when the settings end the doors, and in doors when they come back', async () => {
    await server.run('config.set', { key: 'server.doors', value: '0' });
    await until('no door is open', async () => (await echo()).state.open === 0);
    await send('starttls', 'without doors');
    await server.run('config.set', { key: 'server.doors', value: '2' });
    await until('both doors are open', async () => (await echo()).state.open === 2);
    for (const security of ['starttls', 'tls'] as const) for (let count = 0; count < 6; count += 1) await send(security, 'with doors');
    const stored = await subjects();
    expect([stored.get('without doors'), stored.get('with doors')]).to.deep.equal([1, 12]);
  });

  it('ends in time with clients that say nothing', async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => RawClient.connect(ready.smtp[0]?.port ?? 0)));
    const before = performance.now();
    expect(await server.stop()).to.equal(0);
    expect(performance.now() - before).to.be.below(20_000);
    for (const client of clients) client.destroy();
  });
});
