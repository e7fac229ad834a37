// Two servers and their PostgreSQL under fire: faults at random, under the load of an office, and every dozen of them a look into the ledger while all is quiet.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withoutPostgres } from '../../kit/postgres/testCluster.js';
import { Ledger } from '../ledger.js';
import { seeded } from '../seeded.js';
import type { FaultTable } from '../table.js';
import { OfficeTraffic } from './officeTraffic.js';
import { damageOf, holdingsOf, leftOver } from './postgresHoldings.js';
import { type Fire, SERVER_FAULTS, type ServerFault } from './serverFaults.js';
import { ServersWorld } from './serversWorld.js';

export interface ServersSweepOptions {
  /** Goes on until so many processes were killed. */
  readonly kills: number;
  readonly seed: number;
  readonly say: (text: string) => void;
}

const PREFIX = 'two servers: ';
const STANDING = `${PREFIX}what stands after some faults`;
const STANDING_HELD =
  'each message in its mailboxes once, with its octets, and in no other; nothing half; UIDLs as they were; the Outbox sent once';
const WINDOW = `${PREFIX}the one window, between the ISP's final dot and its 250`;
const TAKEOVER = `${PREFIX}takeover`;
/** As soon as a server may be taken over at all: a sweep of hundreds of kills has no half minutes. */
const GONE_AFTER_SECONDS = 3;
const FAULTS_A_LOOK = 15;
/** From the end of one fault to the next: work has to be done, for so long at most. */
const CALM_MS = 1_200;
const IDLE_MS = 15_000;
const LOOK_EVERY_MS = 50;
/** All mail must be where it belongs in this time, once nothing comes after it. */
const SETTLED_MS = 120_000;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface WaitingRow {
  readonly id: string;
  readonly recipient: string;
  readonly doubts: number;
}

/** Adds the rows. */
export async function serversSweep(table: FaultTable, options: ServersSweepOptions): Promise<void> {
  const missing = withoutPostgres();
  if (missing !== undefined) {
    options.say(`Two servers are not tried: ${missing}`);
    for (const { fault } of SERVER_FAULTS) table.skip(PREFIX + fault, 'PostgreSQL is not on this machine');
    return;
  }
  const world = await ServersWorld.start(GONE_AFTER_SECONDS);
  const sweep = new ServersSweep(world, table, options);
  try {
    await sweep.run();
  } finally {
    await world.stop(sweep.isSpoilt);
  }
}

class ServersSweep {
  readonly #ledger = new Ledger();
  readonly #chance: () => number;
  readonly #traffic: OfficeTraffic;
  readonly #takeovers: number[] = [];
  /** Since the last look. */
  #fired: string[] = [];
  #kills = 0;
  #faults = 0;
  isSpoilt = false;

  constructor(
    private readonly world: ServersWorld,
    private readonly table: FaultTable,
    private readonly options: ServersSweepOptions,
  ) {
    this.#chance = seeded(options.seed);
    // What comes in how many turns is chance: faults keep theirs, so that a seed repeats them.
    this.#traffic = new OfficeTraffic(world.isp, world.servers, this.#ledger, seeded(options.seed + 1), `s${options.seed}`);
  }

  async run(): Promise<void> {
    this.table.row(STANDING, STANDING_HELD);
    const began = performance.now();
    this.#traffic.start();
    // Each once, in any order; then as they come.
    const first = shuffled(SERVER_FAULTS, this.#chance);
    while (!this.isSpoilt && (this.#kills < this.options.kills || first.length > 0)) {
      await this.#calm();
      await this.#fire(first.pop() ?? this.#any());
      if (this.#fired.length >= FAULTS_A_LOOK) await this.#look();
    }
    if (this.#fired.length > 0) await this.#look();
    else await this.#traffic.rest();
    this.#sum(performance.now() - began);
  }

  /** The next fault falls upon work: somebody has been served since the last one. */
  async #calm(): Promise<void> {
    const before = this.#traffic.served;
    const due = performance.now() + IDLE_MS;
    await wait(this.#chance() * CALM_MS);
    while (this.#traffic.served === before && performance.now() < due) await wait(LOOK_EVERY_MS);
  }

  #any(): ServerFault {
    let left = this.#chance() * SERVER_FAULTS.reduce((sum, { weight }) => sum + weight, 0);
    for (const each of SERVER_FAULTS) {
      left -= each.weight;
      if (left < 0) return each;
    }
    return SERVER_FAULTS[0] as ServerFault;
  }

  async #fire({ fault, held, run }: ServerFault): Promise<void> {
    const [a, b] = this.world.both;
    const [hit, other] = this.#chance() < 0.5 ? [a, b] : [b, a];
    const fire: Fire = { world: this.world, traffic: this.#traffic, chance: this.#chance, hit, other };
    this.#fired.push(`${fault} (${hit.server.name})`);
    const report = await run(fire);
    this.#kills += report.kills ?? 0;
    this.#faults += 1;
    this.table.add(PREFIX + fault, { stalled: report.complaints ?? [] }, held);
    if (report.takeoverMs !== undefined) this.#takeovers.push(report.takeoverMs);
  }

  /** Everything comes to rest, and is held against the ledger. */
  async #look(): Promise<void> {
    await this.#traffic.rest();
    const query = this.world.hosts.query.bind(this.world.hosts);
    await this.world.up();
    const stalled = await this.#settle();
    const verdict = this.#ledger.judgeHoldings(await holdingsOf(query), this.world.left);
    const found = {
      lost: [...verdict.lost, ...(await damageOf(this.world.hosts.address))],
      doubled: [...verdict.doubled, ...this.#traffic.reader.complaints.splice(0)],
      stalled: [...stalled, ...verdict.stalled, ...(await leftOver(query)), ...this.world.servers.flatMap((server) => server.problems())],
    };
    const fired = this.#fired;
    this.#fired = [];
    this.table.add(STANDING, found, STANDING_HELD);
    const { kills, seed, say } = this.options;
    say(
      `  ${this.#kills} of ${kills} kills, ${this.#faults} faults (seed ${seed}): ${this.#traffic.accepted} taken in, ${this.#traffic.arrived} at the ISP, ${this.#traffic.reader.read} read, ${this.#traffic.reader.removed} deleted`,
    );
    if (found.lost.length + found.doubled.length + found.stalled.length > 0) await this.#keep(fired, found);
    else this.#traffic.start();
  }

  /** Rounds until nothing waits any more; what is in doubt is sent again by a person's word. Answers what never came about. */
  async #settle(): Promise<readonly string[]> {
    const due = performance.now() + SETTLED_MS;
    let problem = '';
    for (let turn = 0; performance.now() < due; turn += 1) {
      const server = this.world.servers[turn % 2];
      try {
        const waiting = (await this.world.hosts.query('SELECT id, recipient, doubts FROM outbox')) as unknown as readonly WaitingRow[];
        for (const { recipient, doubts } of waiting) if (doubts > 0) this.#ledger.openWindow(recipient, doubts);
        if (waiting.length > 0) await server?.run('outbox.retry', { entries: waiting.map(({ id }) => Number(id)) });
        await server?.run('send-receive');
        const [half] = await this.world.hosts.query('SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM spill) AS count');
        if (turn > 0 && this.world.left === 0 && Number(half?.['count']) === 0) return [];
      } catch (error) {
        problem = ` (${String(error)})`;
        await wait(500);
      }
    }
    return [`mail did not come to rest within two minutes${problem}`];
  }

  /** What shows how it came about stays. */
  async #keep(fired: readonly string[], found: Readonly<Record<string, readonly string[]>>): Promise<void> {
    this.isSpoilt = true;
    const { folder, hosts, servers } = this.world;
    await writeFile(
      path.join(folder, 'faults.txt'),
      `seed ${this.options.seed}\n${fired.join('\n')}\n\n${JSON.stringify(found, undefined, 2)}\n`,
    );
    for (const server of servers) await writeFile(path.join(folder, `${server.name}.log`), server.log);
    await hosts.dump(path.join(folder, 'database.sql'));
    this.table.complaints.push(
      `${STANDING}: seed ${this.options.seed}; the last faults were ${fired.join(', ')}; all of it is kept in ${folder}`,
    );
  }

  #sum(ms: number): void {
    const window = this.table.row(WINDOW, 'went out a second time with the same Message-ID, as documented');
    window.times += this.#ledger.doubledInWindow;
    const sorted = this.#takeovers.toSorted((one, other) => one - other).map((each) => each / 1000);
    const takeover = this.table.row(TAKEOVER);
    takeover.times += sorted.length;
    const longest = sorted.at(-1) ?? 0;
    takeover.note = `the other server had the mailbox after ${sorted[0]?.toFixed(1)} to ${longest.toFixed(1)} s; servers count as gone after ${GONE_AFTER_SECONDS} s here`;
    this.options.say(`  ${this.#faults} faults, ${this.#kills} kills in ${Math.round(ms / 1000)} s.`);
  }
}

function shuffled<T>(list: readonly T[], chance: () => number): T[] {
  return list
    .map((each) => ({ each, at: chance() }))
    .sort((one, other) => one.at - other.at)
    .map(({ each }) => each);
}
