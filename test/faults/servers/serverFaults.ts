// Everything that is done to two servers and their database, each under the load of an office.
import type { LostAnswer } from '../../kit/wire/wireConnection.js';
import { bounded } from './bounded.js';
import { type OfficeTraffic, OWNERS } from './officeTraffic.js';
import type { ServersWorld, WorldServer } from './serversWorld.js';

/** What a fault works with. */
export interface Fire {
  readonly world: ServersWorld;
  readonly traffic: OfficeTraffic;
  readonly chance: () => number;
  /** The one that it hits, and the other. */
  readonly hit: WorldServer;
  readonly other: WorldServer;
}

/** What came of one. */
export interface FireReport {
  /** kill -9 of a server's process, or of PostgreSQL with all its processes: so many. */
  readonly kills?: number;
  /** Sentences about what did not hold. */
  readonly complaints?: readonly string[];
  /** Milliseconds until the other server had what the one that was hit held. */
  readonly takeoverMs?: number;
}

export interface ServerFault {
  readonly fault: string;
  readonly held: string;
  /** How often it comes, beside the others. */
  readonly weight: number;
  readonly run: (fire: Fire) => Promise<FireReport>;
}

/** Longest time of a takeover that is promised. */
const TAKEOVER_MS = 60_000;
const LOOK_EVERY_MS = 200;
/** A connection that is held is not missed at once. */
const BEYOND_MS = 2_000;
const LOSS_MS = 10_000;
const OWNER = OWNERS[1] as (typeof OWNERS)[number];

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Transactions of which the answer is lost, by a statement in them: that of a message, and one more. */
const STORES_MESSAGE = /INSERT INTO message\b/;
const OTHERS: readonly RegExp[] = [
  /UPDATE placement SET removed_at/,
  /UPDATE outbox SET in_doubt = true/,
  /UPDATE outbox SET lease = token/,
  /INSERT INTO journal\b/,
  /INSERT INTO lease\b/,
];

/** Killed and started again; nobody waits for that. */
async function killed({ server }: WorldServer, afterMs = 0): Promise<number> {
  const kills = await server.kill();
  server.start(afterMs);
  return kills;
}

export const SERVER_FAULTS: readonly ServerFault[] = [
  {
    fault: 'kill of a server, which comes back at once',
    held: "what it left is its successor's",
    weight: 10,
    run: async ({ hit, chance }) => ({ kills: await killed(hit, chance() * 300) }),
  },
  {
    fault: 'kill of a server, and again while it starts',
    held: 'the third start goes on',
    weight: 6,
    run: async ({ hit, chance }) => {
      const first = await killed(hit);
      await wait(chance() * 1_500);
      return { kills: first + (await killed(hit)) };
    },
  },
  {
    fault: 'kill of both servers at once',
    held: 'each goes on where it was',
    weight: 8,
    run: async ({ hit, other }) => ({ kills: sum(await Promise.all([killed(hit), killed(other)])) }),
  },
  {
    fault: 'kill of a server, which stays away',
    held: 'the other has its mailboxes within a minute',
    weight: 2,
    run: async (fire) => {
      await fire.world.up();
      const session = await opened(fire);
      const kills = await fire.hit.server.kill();
      const report = await takeover(fire);
      session?.end();
      fire.hit.server.start();
      return { ...report, kills };
    },
  },
  {
    fault: 'kill of PostgreSQL with all its processes',
    held: 'what was answered is there; both servers go on',
    weight: 10,
    run: async ({ world, chance }) => {
      await world.hosts.crash('kill', chance() * 1_500);
      return { kills: 1 };
    },
  },
  {
    fault: 'kill of PostgreSQL and of a server at once',
    held: 'the same',
    weight: 6,
    run: async ({ world, hit, chance }) => {
      const [kills] = await Promise.all([killed(hit), world.hosts.crash('kill', chance() * 500)]);
      return { kills: kills + 1 };
    },
  },
  {
    fault: 'kill of everything at once',
    held: 'the same',
    weight: 8,
    run: async ({ world, hit, other, chance }) => {
      const [one, two] = await Promise.all([killed(hit), killed(other), world.hosts.crash('kill', chance() * 500)]);
      return { kills: one + two + 1 };
    },
  },
  {
    fault: 'immediate stop of PostgreSQL',
    held: 'the same',
    weight: 1,
    run: async ({ world, chance }) => {
      await world.hosts.crash('immediate', chance() * 1_500);
      return {};
    },
  },
  {
    fault: 'kill of PostgreSQL, and its synchronous standby is promoted',
    held: 'what was answered is on the standby; both servers find it',
    weight: 2,
    run: async ({ world, chance }) => {
      await world.hosts.failOver(() => wait(500 + chance() * 1_500));
      return { kills: 1 };
    },
  },
  {
    fault: 'a server stands still beyond its leases (SIGSTOP, SIGCONT)',
    held: 'the other takes over; it removes and stores nothing stale, and goes on',
    weight: 2,
    run: (fire) =>
      stale(
        fire,
        () => fire.hit.server.pause(),
        () => fire.hit.server.resume(),
      ),
  },
  {
    fault: "a server's connections carry nothing beyond its leases",
    held: 'the same',
    weight: 1,
    run: (fire) =>
      stale(
        fire,
        () => fire.hit.way.hold(),
        () => fire.hit.way.go(),
      ),
  },
  {
    fault: "a server's connections are cut",
    held: 'they are opened again',
    weight: 2,
    run: ({ hit }) => {
      hit.way.cut();
      return Promise.resolve({});
    },
  },
  {
    fault: 'the answer to a COMMIT is lost',
    held: 'what became of it is asked for',
    weight: 3,
    run: async ({ world, hit, chance }) => {
      const other = OTHERS[Math.floor(chance() * OTHERS.length)] as RegExp;
      for (const of of [STORES_MESSAGE, STORES_MESSAGE, other]) {
        const loss: LostAnswer = { of, isStored: chance() < 0.7 };
        // Where none comes by in that time the next one is lost.
        await bounded(LOSS_MS, 'the loss', hit.way.lose(world.hosts.place, loss)).catch(() => undefined);
      }
      return {};
    },
  },
];

/** A session of the mailbox that is looked at, on the server that is hit. Mail is there to be deleted, if anybody sent any. */
async function opened({ traffic, hit }: Fire): Promise<Awaited<ReturnType<OfficeTraffic['reader']['open']>>> {
  for (let tries = 0; tries < 20; tries += 1) {
    const session = await traffic.reader.open(hit.server.port('pop3'), OWNER).catch(() => undefined);
    if (session !== undefined) return session;
    await wait(LOOK_EVERY_MS);
  }
  return undefined;
}

/** Waits until the other server lets the owner of that mailbox in. */
async function takeover({ traffic, other }: Fire): Promise<FireReport> {
  const began = performance.now();
  for (;;) {
    const session = await traffic.reader.open(other.server.port('pop3'), OWNER).catch(() => undefined);
    const takeoverMs = performance.now() - began;
    if (session !== undefined) {
      await session.quit().catch(() => undefined);
      session.end();
      return { takeoverMs };
    }
    if (takeoverMs > TAKEOVER_MS) return { complaints: [`${OWNER.mailbox} was not to be had on the other server for a minute`] };
    await wait(LOOK_EVERY_MS);
  }
}

/** The one that was hit hears nothing until the other has taken over. What it was to delete may not go then. */
async function stale(fire: Fire, begin: () => void, end: () => void): Promise<FireReport> {
  await fire.world.up();
  const session = await opened(fire);
  const [doomed] = session?.ids ?? [];
  if (doomed !== undefined) await session?.remove(doomed).catch(() => undefined);
  begin();
  await wait(fire.world.goneAfterMs + BEYOND_MS);
  const report = await takeover(fire);
  end();
  const answer = (await session?.quit().catch(() => undefined)) ?? '';
  session?.end();
  const isStale = doomed !== undefined && answer.startsWith('+OK');
  const complaint = `a session that another server had taken over was told ${answer} after it deleted ${doomed}`;
  return { ...report, complaints: [...(report.complaints ?? []), ...(isStale ? [complaint] : [])] };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, each) => total + each, 0);
}
