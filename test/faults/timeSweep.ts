// Time that goes wrong for the whole process: it stands still for longer than every limit (SIGSTOP), and the wall clock jumps by hours, days and years,
// while it runs and over a restart. Nothing is lost, doubled, given up, sent again before its time or taken for somebody's fault.
import { access, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PRACTICE_PASSWORD, PracticeIsp } from '@postroom/sdk/testing';
import { officeSettings } from '../kit/officeSettings.js';
import { LineClient } from '../plugins/smtp/lineClient.js';
import { Ledger } from './ledger.js';
import type { FaultTable } from './table.js';
import { DEVICES, PASSWORD, Traffic } from './traffic.js';
import { VictimProcess } from './victimProcess.js';

/** Longer than the limits of the settings below, and than that of the plugin. */
const STANDSTILL_MS = 2_500;
const PATIENCE_SECONDS = 1;
const PLUGIN = fileURLToPath(new URL('../../fixtures/plugins/neighbour', import.meta.url));
const LIBRARIES = ['/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1', '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1'];
const HOUR = 3_600;
const DAY = 24 * HOUR;

export async function timeSweep(table: FaultTable): Promise<void> {
  await standingStill(table);
  await jumping(table);
}

async function standingStill(table: FaultTable): Promise<void> {
  const world = await TimeWorld.start();
  try {
    const stalled: string[] = [];
    // Between the dot and the answer, which comes meanwhile.
    world.traffic.arrive(1);
    await world.traffic.submit(world.victim.smtpPort, 0);
    const atDot = new Promise<void>((resolve) => {
      const listening = world.isp.onDidReceive(() => {
        void listening.dispose();
        resolve(world.standStill());
      });
    });
    await Promise.all([world.victim.run('send-receive'), atDot]);
    const waiting = await world.victim.run<readonly object[]>('outbox.list');
    if (waiting.length > 0) stalled.push('the answer of the ISP was overheard');

    // In the middle of a message from a client, and of a round with a plugin at work.
    for (const moment of [0, 20, 60]) {
      for (let count = 0; count < 5; count += 1) world.traffic.arrive(1);
      const round = world.victim.run('send-receive');
      const submitted = world.traffic.submit(world.victim.smtpPort, 0, { size: 200_000 });
      await new Promise((resolve) => setTimeout(resolve, moment));
      await world.standStill();
      await round;
      const { state, answer } = await submitted;
      if (state !== 'made') stalled.push(`a client was told: ${answer}`);
    }
    const client = await LineClient.open(world.victim.smtpPort);
    await client.run('EHLO client.office.example');
    await world.standStill();
    await client.run('RSET');
    client.close();
    stalled.push(...(await world.faults()));
    const verdict = await world.judge();
    table.add(
      'the server stands still (SIGSTOP) for longer than its limits',
      { ...verdict, stalled: [...stalled, ...verdict.stalled] },
      'answers that came meanwhile count; no plugin is blamed, no client is turned away',
    );
  } finally {
    await world.stop();
  }
}

async function jumping(table: FaultTable): Promise<void> {
  const fault = 'the wall clock jumps by hours, days and years';
  const library = await firstThere(LIBRARIES);
  if (library === undefined) {
    table.skip(fault, 'libfaketime is not installed (Debian: faketime)');
    return;
  }
  const world = await TimeWorld.start(library);
  try {
    const stalled: string[] = [];
    // One that is in doubt from here on, and waits its minutes whatever the clock says.
    world.isp.faults.smtp.cut('DATA');
    await world.traffic.submit(world.victim.smtpPort, 0);
    await world.victim.run('send-receive');
    const [doubtful] = await world.victim.run<readonly { readonly entry: number; readonly recipient: string }[]>('outbox.list');
    world.ledger.openWindows([doubtful?.recipient ?? '']);
    const copies = (): number => world.isp.outgoing.filter(({ recipients }) => recipients.includes(doubtful?.recipient ?? '')).length;
    let isOpen = true;
    for (const offset of [2 * HOUR, -3 * HOUR, 400 * DAY, -400 * DAY, 10 * 365 * DAY, 0]) {
      world.traffic.arrive(1);
      const submitting = world.traffic.submit(world.victim.smtpPort, 0);
      const reading = world.traffic.pickUp(world.victim.pop3Port, 'andrew', 'company/andrew');
      await world.setClock(offset);
      const answers = [(await submitting).answer, await reading];
      if (!answers[0]?.startsWith('250')) stalled.push(`a client was told: ${answers[0]}`);
      if (!answers[1]?.startsWith('+OK')) stalled.push(`a reader was told: ${answers[1]}`);
      await world.victim.run('send-receive');
      if (copies() !== 1) stalled.push(`what is in doubt was sent again ${offset} s ahead`);
      isOpen = !isOpen;
      if (isOpen) await world.restart();
    }
    if (copies() === 1) await world.victim.run('outbox.retry', { entries: [doubtful?.entry ?? 0] });
    stalled.push(...(await world.faults()));
    const verdict = await world.judge();
    table.add(
      fault,
      { ...verdict, stalled: [...stalled, ...verdict.stalled] },
      'while it runs and over restarts: mail flows, what is in doubt waits its time, no plugin is blamed, nothing is given up',
    );
  } finally {
    await world.stop();
  }
}

class TimeWorld {
  readonly ledger = new Ledger();
  readonly traffic: Traffic;

  private constructor(
    readonly isp: PracticeIsp,
    readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
    public victim: VictimProcess,
  ) {
    this.traffic = new Traffic(isp, this.ledger, 'time');
  }

  /** `library`: libfaketime, where the clock is to be set. */
  static async start(library?: string): Promise<TimeWorld> {
    const isp = await PracticeIsp.start();
    for (const mailbox of ['mail', 'post']) isp.mailbox(mailbox);
    const folder = await mkdtemp(path.join(os.tmpdir(), 'postroom-time-'));
    const dataDir = path.join(folder, 'data');
    await mkdir(path.join(dataDir, 'plugins'), { recursive: true, mode: 0o700 });
    const plugin = path.join(dataDir, 'plugins', 'neighbour');
    await cp(PLUGIN, plugin, { recursive: true });
    const manifest = await readFile(path.join(plugin, 'package.json'), 'utf8');
    await writeFile(path.join(plugin, 'package.json'), manifest.replace(/"timeoutMs": \d+/, '"timeoutMs": 1000'));
    const office = officeSettings(isp) as {
      readonly 'plugins.enabled': readonly string[];
      readonly accounts: Readonly<Record<string, object>>;
    };
    const patience = Object.fromEntries(
      ['pop3.timeouts.connectSeconds', 'pop3.timeouts.replySeconds', 'smtp.timeouts.replySeconds'].map((key) => [key, PATIENCE_SECONDS]),
    );
    const settings = {
      ...office,
      ...DEVICES,
      'plugins.enabled': [...office['plugins.enabled'], 'decent.neighbour'],
      'plugins.disabled': ['postroom.admin-ui'],
      'log.level': 'error',
      accounts: Object.fromEntries(Object.entries(office.accounts).map(([id, account]) => [id, { ...account, ...patience }])),
    };
    await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(settings));
    await writeFile(path.join(folder, 'clock'), '+0');
    const env = {
      ...(library !== undefined && {
        LD_PRELOAD: library,
        FAKETIME_TIMESTAMP_FILE: path.join(folder, 'clock'),
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      }),
    };
    const world = new TimeWorld(isp, folder, env, VictimProcess.spawn({ env }));
    await world.victim.open(dataDir);
    for (const account of ['company', 'works']) await world.victim.run('accounts.set-password', { account, password: PRACTICE_PASSWORD });
    await world.victim.run('users.set-password', { account: 'company', user: 'andrew', password: PASSWORD });
    return world;
  }

  async restart(): Promise<void> {
    await this.victim.close();
    this.victim = VictimProcess.spawn({ env: this.env });
    await this.victim.open(path.join(this.folder, 'data'));
  }

  /** Seconds that the server's wall clock is ahead of the right time. */
  async setClock(seconds: number): Promise<void> {
    await writeFile(path.join(this.folder, 'clock'), `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}s`);
  }

  /** Begins at once. */
  standStill(): Promise<void> {
    process.kill(this.victim.pid, 'SIGSTOP');
    return new Promise((resolve) =>
      setTimeout(() => {
        process.kill(this.victim.pid, 'SIGCONT');
        resolve();
      }, STANDSTILL_MS),
    );
  }

  /** What somebody is blamed for: plugins that failed, mail that was said to be in doubt beside that of the sweep itself. */
  async faults(): Promise<readonly string[]> {
    const plugins =
      await this.victim.run<readonly { readonly plugin: string; readonly state: string; readonly problems?: unknown }[]>('plugins.list');
    const log = await this.victim.run<readonly { readonly text: string; readonly kind: string }[]>('log.read', { limit: 500 });
    const cuts = this.isp.faults.smtp.waiting === 0 && Object.keys(this.env).length > 0 ? 1 : 0;
    const doubts = log.filter(({ text }) => text.includes('possibly sent'));
    return [
      ...plugins
        .filter(({ state, problems }) =>
          state !== 'active' && state !== 'disabled' ? true : Array.isArray(problems) && problems.length > 0,
        )
        .map(({ plugin, state, problems }) => `${plugin} is ${state}: ${String(problems)}`),
      ...doubts.slice(cuts).map(({ text }) => `it was said: ${text}`),
      ...log.filter(({ kind, text }) => kind === 'bounced' || text.includes('postroom.db-wal')).map(({ text }) => `it was said: ${text}`),
    ];
  }

  async judge(): ReturnType<Ledger['judge']> {
    for (let round = 0; round < 3; round += 1) await this.victim.run('send-receive');
    const left = this.isp.mailboxes.reduce((sum, mailbox) => sum + mailbox.messages.length, 0);
    return this.ledger.judge(path.join(this.folder, 'data'), left);
  }

  async stop(): Promise<void> {
    await this.victim.kill();
    await this.isp.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function firstThere(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return undefined;
}
