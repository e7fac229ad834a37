// Memory of the server's process: idle with the manager, and what a message of 50 MB adds in each step of its way.
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { forgetPeak, memoryOf } from '../measure.js';
import { makeDataFolder, OurServer, USER_PASSWORD } from '../ourServer.js';
import { DOVECOT_PASSWORD, DovecotPeer } from '../peers/dovecotPeer.js';
import { ONE_AT_A_TIME, readMailbox } from '../pop3Clients.js';
import { type Bench, type Measurement, type Row, within } from '../row.js';

const MEGABYTE = 2 ** 20;
const LARGE = 50 * 1_000_000;
/** Until the start's garbage has been collected. */
const SETTLE_MS = 3_000;
const QUICK_SETTLE_MS = 500;

export const memory: Measurement = { name: 'memory', needs: ['dovecot', 'cc'], run: measure };

async function measure(bench: Bench): Promise<readonly Row[]> {
  const isp = await DovecotPeer.start(path.join(bench.folder, 'memory-isp'));
  const dataDir = path.join(bench.folder, 'memory');
  await makeDataFolder(dataDir, {
    users: 64,
    account: { 'pop3.host': '127.0.0.1', 'pop3.port': isp.port, 'pop3.security': 'plain', 'pop3.user': 'ours' },
    settings: { 'smtp.trustedNetworks': ['127.0.0.0/8'], 'smtp.maxMessageBytes': 2 * LARGE },
  });
  // The first start makes the certificate, once in two years, with a package that stays in memory.
  await (await OurServer.start(dataDir)).stop();
  const server = await OurServer.start(dataDir);
  try {
    await server.run('accounts.set-password', { account: 'works', password: DOVECOT_PASSWORD });
    await wait(bench.quick ? QUICK_SETTLE_MS : SETTLE_MS);
    const idle = memoryOf(server.pid).now;
    const envelope = { port: server.smtp, from: 'user1@works.example', to: 'user2@works.example' };
    const submit = (octets: number): Promise<unknown> => bench.load.smtp({ ...envelope, clients: 1, messages: 1, octets });
    const collect = async (octets: number): Promise<void> => {
      await isp.put('ours', 1, octets, () => 'user3@works.example');
      await server.run('send-receive');
    };
    const pickUp = (user: string): Promise<number> =>
      readMailbox({ port: server.pop3, user: `${user}@works.example`, password: USER_PASSWORD }, ONE_AT_A_TIME, 1);
    // A small message first: code that is loaded once is not the large one's.
    await submit(4096);
    await collect(4096);
    await pickUp('user2');
    const rows = [within('memory: idle, with the manager', 'MB', idle, 120)];
    for (const [step, work] of [
      ['taken from a client', () => submit(LARGE)],
      ['collected', () => collect(LARGE)],
      ['picked up', () => pickUp('user2')],
    ] as const) {
      rows.push(await added(server.pid, `memory: what a message of ${Math.round(LARGE / MEGABYTE)} MB adds, ${step}`, work));
    }
    return rows;
  } finally {
    await server.stop();
    await isp.stop();
  }
}

async function added(pid: number, title: string, work: () => Promise<unknown>): Promise<Row> {
  await wait(QUICK_SETTLE_MS);
  const before = memoryOf(pid).now;
  forgetPeak(pid);
  await work();
  const { peak } = memoryOf(pid);
  return within(title, 'MB', peak - before, 32, [`from ${Math.round(before)} MB to ${Math.round(peak)} MB`]);
}
