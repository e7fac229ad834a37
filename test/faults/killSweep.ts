// Kills the server at every commit, at every step on the wire, while it opens, and at random; starts it again, runs three rounds, and looks into
// the ledger. One life does its work until it is killed; the next one is the restart that is judged.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PRACTICE_PASSWORD, PracticeIsp } from '@postroom/sdk/testing';
import { officeSettings } from '../kit/officeSettings.js';
import type { BundledVictim } from './bundledVictim.js';
import { DoubtCheck } from './doubtCheck.js';
import { KILL_PLACES, type KillPlace } from './killPoints.js';
import { Ledger } from './ledger.js';
import { seeded } from './seeded.js';
import type { FaultTable } from './table.js';
import { DEVICES, PASSWORD, Traffic } from './traffic.js';
import { VictimProcess } from './victimProcess.js';

/** Loading makes much garbage: with room for it a victim starts sooner. Making code fast, and threads beside, do not pay in a life of a second. */
const QUICK_START = ['--max-semi-space-size=64', '--min-semi-space-size=32', '--no-opt', '--v8-pool-size=0'];
/** Rounds after a restart, and the one of the check for mail in doubt, before the ledger is looked into. */
const ROUNDS = 2;
/** A kill at random comes within this time. */
const LONGEST_LIFE_MS = 300;

type Sweep = KillPlace | 'opening' | 'random';
const NAMES: Readonly<Record<Sweep, string>> = {
  commit: 'kill before the n-th commit',
  committed: 'kill after the n-th commit, before anybody hears of it',
  send: 'kill before the n-th write to a socket',
  sent: 'kill after the n-th write to a socket',
  receive: 'kill as the n-th octets arrive from a socket',
  dot: 'kill before the n-th final dot goes to the ISP',
  dotted: 'kill after the n-th final dot went to the ISP',
  answered: "kill as the ISP's answer to the n-th final dot arrives",
  opening: 'kill while the data folder is opened',
  random: 'kill at a random moment',
};

/** A life has dozens of commits and hundreds of writes: from one kill to the next so many are passed by on average, so that a run gets through. */
const STRIDES: Readonly<Record<Exclude<Sweep, 'random'>, number>> = {
  commit: 1,
  committed: 1,
  send: 5,
  sent: 5,
  receive: 5,
  dot: 1,
  dotted: 1,
  answered: 1,
  opening: 1,
};
const EACH_ONCE = 'three rounds later: every message in its mailboxes once, the Outbox sent once';
const HELD: Readonly<Record<Sweep, string>> = {
  commit: `nothing half is left; ${EACH_ONCE}`,
  committed: `what was stored counts, though nobody had heard of it; ${EACH_ONCE}`,
  send: EACH_ONCE,
  sent: EACH_ONCE,
  receive: EACH_ONCE,
  dot: EACH_ONCE,
  dotted: 'sent a second time by a person, and by nobody else',
  answered: 'sent a second time by a person, and by nobody else',
  opening: `the next start goes on; ${EACH_ONCE}`,
  random: EACH_ONCE,
};

const DOUBT = 'mail in doubt after a kill';

export interface KillSweepOptions {
  readonly bundle: BundledVictim;
  readonly kills: number;
  readonly seed: number;
  readonly say: (text: string) => void;
}

export class KillSweep {
  readonly #ledger = new Ledger();
  readonly #chance: () => number;
  readonly #traffic: Traffic;
  readonly #doubt: DoubtCheck;
  /** Where the last kill of each sweep was; 0 before the first and after the last. */
  readonly #reached = new Map<Sweep, number>();
  readonly #furthest = new Map<Sweep, number>();
  #life = 0;
  #coming: VictimProcess;
  kills = 0;

  private constructor(
    private readonly isp: PracticeIsp,
    private readonly dataDir: string,
    private readonly table: FaultTable,
    private readonly options: KillSweepOptions,
  ) {
    this.#chance = seeded(options.seed);
    this.#traffic = new Traffic(isp, this.#ledger, `k${options.seed}`);
    this.#doubt = new DoubtCheck(isp);
    this.#coming = this.#spawn();
  }

  /** Runs the sweep in a world of its own and adds its rows to the table. */
  static async run(table: FaultTable, options: KillSweepOptions): Promise<void> {
    const isp = await PracticeIsp.start();
    const dataDir = await mkdtemp(path.join(os.tmpdir(), 'postroom-kill-'));
    try {
      for (const mailbox of ['mail', 'post']) isp.mailbox(mailbox);
      const settings = { ...officeSettings(isp), ...DEVICES, 'plugins.disabled': ['postroom.admin-ui'], 'log.level': 'error' };
      await writeFile(path.join(dataDir, 'settings.json'), JSON.stringify(settings));
      const sweep = new KillSweep(isp, dataDir, table, options);
      try {
        await sweep.#sweep();
      } finally {
        await sweep.#coming.kill();
      }
    } finally {
      await isp.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  }

  async #sweep(): Promise<void> {
    this.table.row(DOUBT, 'told of once, and of no other mail; not sent again before its time');
    const sweeps: readonly Sweep[] = [...KILL_PLACES, 'random', 'opening'];
    let before: Sweep | undefined;
    while (this.kills < this.options.kills) {
      const sweep = sweeps[this.#life % sweeps.length] ?? 'random';
      this.#life += 1;
      before = sweep === 'opening' ? await this.#opening(before) : await this.#working(sweep, before);
    }
    const last = this.#take();
    await last.open(this.dataDir);
    await this.#judge(last, before);
    await last.kill();
    this.table.row("the one window: killed between the ISP's final dot and its 250").times += this.#ledger.doubledInWindow;
    this.table.row("the one window: killed between the ISP's final dot and its 250").note =
      'went out a second time with the same Message-ID, as documented';
    this.table.row(DOUBT).times += this.#doubt.told;
  }

  /** A start that is killed on its way; answers what the next life has to answer for. */
  async #opening(before: Sweep | undefined): Promise<Sweep | undefined> {
    const victim = this.#take();
    const nth = this.#nextOf('opening');
    const places: readonly KillPlace[] = ['commit', 'committed'];
    await victim.open(this.dataDir, { place: places[nth % 2] ?? 'commit', nth: Math.ceil(nth / 2) }).catch(() => undefined);
    this.#reached.set('opening', victim.isAlive ? 0 : nth);
    await this.#dead(victim, 'opening');
    return before;
  }

  async #working(sweep: Exclude<Sweep, 'opening'>, before: Sweep | undefined): Promise<Sweep> {
    const victim = this.#take();
    if (this.#life === 1) {
      await victim.open(this.dataDir);
      await this.#setUp(victim);
    } else {
      await victim.open(this.dataDir);
      await this.#judge(victim, before);
    }
    const nth = sweep === 'random' ? 0 : this.#nextOf(sweep);
    if (sweep !== 'random') victim.arm({ place: sweep, nth });
    const timer = sweep === 'random' ? setTimeout(() => void victim.kill(), this.#chance() * LONGEST_LIFE_MS) : undefined;
    await this.#work(victim);
    clearTimeout(timer);
    // Where the work was done before the point was reached, the sweep of this place is through and begins anew.
    this.#reached.set(sweep, victim.isAlive ? 0 : nth);
    if (!victim.isAlive) this.#furthest.set(sweep, Math.max(this.#furthest.get(sweep) ?? 0, nth));
    await this.#dead(victim, sweep);
    return sweep;
  }

  async #setUp(victim: VictimProcess): Promise<void> {
    for (const account of ['company', 'works']) await victim.run('accounts.set-password', { account, password: PRACTICE_PASSWORD });
    await victim.run('users.set-password', { account: 'company', user: 'andrew', password: PASSWORD });
  }

  #nextOf(sweep: Exclude<Sweep, 'random'>): number {
    return (this.#reached.get(sweep) ?? 0) + 1 + Math.floor(this.#chance() * (2 * STRIDES[sweep] - 1));
  }

  /** Everything at once, as in an office. */
  async #work(victim: VictimProcess): Promise<void> {
    const life = this.#life;
    this.#doubt.begin();
    this.#traffic.arrive(life);
    await Promise.allSettled([
      victim.run('send-receive').then(() => victim.run('send-receive')),
      this.#traffic.submit(victim.smtpPort, life, { withBounce: life % 3 === 0 }),
      this.#traffic.submit(victim.smtpPort, life),
      ...(life % 4 === 0 ? [this.#traffic.pickUp(victim.pop3Port, 'andrew', 'company/andrew')] : []),
    ]);
  }

  async #dead(victim: VictimProcess, sweep: Sweep): Promise<void> {
    await victim.kill();
    this.kills += 1;
    this.table.row(NAMES[sweep], HELD[sweep]).times += 1;
    if (this.kills % 50 === 0) {
      const reached = [...this.#furthest].flatMap(([place, nth]) => (nth > 0 ? [`${place} ${nth}`] : [])).join(', ');
      this.options.say(`  ${this.kills} kills (seed ${this.options.seed}), as far as ${reached}`);
    }
  }

  async #judge(victim: VictimProcess, before: Sweep | undefined): Promise<void> {
    const waiting = await victim.run<readonly { readonly recipient: string }[]>('outbox.list');
    this.#ledger.openWindows(waiting.map(({ recipient }) => recipient));
    const cries = await victim.run<readonly { readonly text: string }[]>('log.read', { limit: 10, text: 'postroom.db-wal' });
    this.table.complain(
      NAMES[before ?? 'random'],
      'stalled',
      cries.map(({ text }) => `it was said, and nothing was lost: ${text}`),
    );
    const untrue = await this.#doubt.judge(victim, before !== undefined);
    for (let round = 0; round < ROUNDS; round += 1) await victim.run('send-receive');
    const left = this.isp.mailboxes.reduce((sum, mailbox) => sum + mailbox.messages.length, 0);
    const verdict = await this.#ledger.judge(this.dataDir, left);
    const row = this.table.row(NAMES[before ?? 'random']);
    this.table.complain(DOUBT, 'stalled', untrue);
    for (const kind of ['lost', 'doubled', 'stalled'] as const) {
      row[kind] += verdict[kind].length;
      this.table.complaints.push(
        ...verdict[kind].map((sentence) => `${row.fault}, life ${this.#life}, seed ${this.options.seed}: ${kind}: ${sentence}`),
      );
    }
  }

  /** The next victim, loaded already; the one after it loads beside its life. */
  #take(): VictimProcess {
    const victim = this.#coming;
    this.#coming = this.#spawn();
    return victim;
  }

  #spawn(): VictimProcess {
    const { program, plugins } = this.options.bundle;
    return VictimProcess.spawn({ program, env: { VICTIM_PLUGINS: plugins }, execArgv: QUICK_START });
  }
}
