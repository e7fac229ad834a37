// `npm run soak`: ten minutes of everything at once, with a kill now and then. At the end the counts agree to the message, memory is flat, and
// nothing is left open. --minutes=N, --seed=N.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PRACTICE_PASSWORD, PracticeIsp } from '@postroom/sdk/testing';
import { officeSettings } from '../kit/officeSettings.js';
import { Ledger } from './ledger.js';
import { seeded } from './seeded.js';
import { DEVICES, PASSWORD, Traffic } from './traffic.js';
import { VictimProcess } from './victimProcess.js';

/** A life ends by a kill after so long on average. */
const LIFE_MS = 20_000;
/** What memory may grow by in the last life, which is not killed, once it has warmed up: in a quarter of it, a minute at most. */
const GROWTH = 32 * 2 ** 20;
const WARM_UP_MS = 60_000;

/** Sessions with the ISP's SMTP server are kept open for ten seconds. */
const SESSIONS_KEPT_MS = 12_000;

const option = (name: string, otherwise: number): number => {
  const given = process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1];
  return given === undefined ? otherwise : Number(given);
};
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const minutes = option('minutes', 10);
const seed = option('seed', Math.floor(Math.random() * 1e9));
const chance = seeded(seed);
const problems: string[] = [];

say(`Soaking for ${minutes} minutes, seed ${seed}.`);
const isp = await PracticeIsp.start();
const dataDir = await mkdtemp(path.join(os.tmpdir(), 'postroom-soak-'));
const ledger = new Ledger();
const traffic = new Traffic(isp, ledger, `soak${seed}`);
let victim = VictimProcess.spawn({ execArgv: ['--expose-gc'] });
const counts = { kills: 0, turns: 0 };

try {
  for (const mailbox of ['mail', 'post']) isp.mailbox(mailbox);
  const settings = { ...officeSettings(isp), ...DEVICES, 'plugins.disabled': ['postroom.admin-ui'], 'log.level': 'error' };
  await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(settings));
  await victim.open(dataDir);
  for (const account of ['company', 'works']) await victim.run('accounts.set-password', { account, password: PRACTICE_PASSWORD });
  await victim.run('users.set-password', { account: 'company', user: 'andrew', password: PASSWORD });

  const end = performance.now() + minutes * 60_000;
  // The last third is one life, in which memory has to stay flat.
  const lastLife = performance.now() + minutes * 40_000;
  while (performance.now() < lastLife) {
    await busy(Math.min(lastLife - performance.now(), chance() * 2 * LIFE_MS));
    await reborn();
  }
  await busy(Math.min(WARM_UP_MS, (end - performance.now()) / 4));
  const before = await victim.memory();
  await busy(end - performance.now());
  await judge();
  await new Promise((resolve) => setTimeout(resolve, SESSIONS_KEPT_MS));
  const after = await victim.memory();
  if (after.rss - before.rss > GROWTH) problems.push(`memory grew from ${megabytes(before.rss)} to ${megabytes(after.rss)} MB`);
  const open = after.resources.filter((resource) => resource.startsWith('TCPSocketWrap')).length;
  if (open > 0) problems.push(`${open} sockets are still open`);
  say(`${counts.turns} turns, ${counts.kills} kills, memory ${megabytes(before.rss)} -> ${megabytes(after.rss)} MB.`);
} finally {
  await victim.kill();
  await isp.stop();
  await rm(dataDir, { recursive: true, force: true });
}
for (const problem of problems) say(`  ${problem}`);
say(
  problems.length === 0 ? `Every message is where it belongs, once. Seed ${seed}.` : `${problems.length} things went wrong. Seed ${seed}.`,
);
process.exit(problems.length === 0 ? 0 : 1);

/** Fetch, submit, read and delete at once, until the time is over. */
async function busy(ms: number): Promise<void> {
  const until = performance.now() + ms;
  const repeat = async (work: () => Promise<unknown>): Promise<void> => {
    while (performance.now() < until && victim.isAlive) await work().catch(() => undefined);
  };
  await Promise.all([
    repeat(async () => {
      counts.turns += 1;
      traffic.arrive(counts.turns);
      await victim.run('send-receive');
    }),
    repeat(() => traffic.submit(victim.smtpPort, counts.turns, { withBounce: counts.turns % 10 === 0 })),
    repeat(() => traffic.pickUp(victim.pop3Port, 'andrew', 'company/andrew')),
  ]);
}

/** A kill in the middle of things, and the next life. */
async function reborn(): Promise<void> {
  const dying = busy(2_000);
  setTimeout(() => void victim.kill(), chance() * 1_000);
  await dying;
  await victim.kill();
  counts.kills += 1;
  victim = VictimProcess.spawn({ execArgv: ['--expose-gc'] });
  await victim.open(dataDir);
  await judge();
}

async function judge(): Promise<void> {
  const waiting =
    await victim.run<readonly { readonly entry: number; readonly recipient: string; readonly doubts?: number }[]>('outbox.list');
  ledger.openWindows(waiting.map(({ recipient }) => recipient));
  const inDoubt = waiting.filter(({ doubts = 0 }) => doubts > 0).map(({ entry }) => entry);
  if (inDoubt.length > 0) await victim.run('outbox.retry', { entries: inDoubt });
  for (let round = 0; round < 3; round += 1) await victim.run('send-receive');
  const left = isp.mailboxes.reduce((sum, mailbox) => sum + mailbox.messages.length, 0);
  const { lost, doubled, stalled } = await ledger.judge(dataDir, left);
  problems.push(
    ...lost.map((each) => `lost: ${each}`),
    ...doubled.map((each) => `doubled: ${each}`),
    ...stalled.map((each) => `stalled: ${each}`),
  );
}

function megabytes(octets: number): number {
  return Math.round(octets / 2 ** 20);
}
