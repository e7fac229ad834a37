// POP3: 16 clients, each of whom reads its whole mailbox, or only looks at what there is.
import { USER_PASSWORD, userNames } from '../ourServer.js';
import { lookAtMailbox, ONE_AT_A_TIME, PIPELINED, readMailbox } from '../pop3Clients.js';
import type { Row } from '../row.js';
import { duel, type Goals, linesOf } from './duel.js';
import type { Filling, Site } from './site.js';
import type { StoresBench, StoresMeasurement } from './storesBench.js';

const CLIENTS = 16;
const MESSAGES = 100;
const FILLING: Filling = { mailboxes: userNames(CLIENTS).map((name) => `works/${name}`), messages: MESSAGES, octets: 4096 };
const SESSIONS = 6;
const LOGINS = 20;

export const pop3: StoresMeasurement = { name: 'pop3', needs: [], run };

interface Kind {
  readonly title: string;
  readonly unit: string;
  /** Of each client in one turn. */
  readonly sessions: number;
  /** Of `unit` in a session. */
  readonly count: number;
  readonly session: (login: Parameters<typeof lookAtMailbox>[0]) => Promise<number>;
  readonly goals: Goals;
}

const KINDS: readonly Kind[] = [
  {
    title: `POP3: ${CLIENTS} clients RETR ${MESSAGES} x 4 KB each, pipelined`,
    unit: 'messages',
    sessions: SESSIONS,
    count: MESSAGES,
    session: (login) => readMailbox(login, PIPELINED, 1),
    goals: { rate: 0.5 },
  },
  {
    title: `POP3: ${CLIENTS} clients RETR ${MESSAGES} x 4 KB each, one at a time`,
    unit: 'messages',
    sessions: SESSIONS,
    count: MESSAGES,
    session: (login) => readMailbox(login, ONE_AT_A_TIME, 1),
    goals: { rate: 0.5 },
  },
  {
    title: `POP3: ${CLIENTS} clients log in, STAT, UIDL of ${MESSAGES}, QUIT`,
    unit: 'sessions',
    sessions: LOGINS,
    count: 1,
    session: lookAtMailbox,
    goals: {},
  },
];

async function run(bench: StoresBench): Promise<readonly Row[]> {
  const sqlite = await bench.sites.sqlite('pop3', { users: CLIENTS }, FILLING);
  const postgres = await bench.sites.postgres('pop3', { users: CLIENTS }, FILLING);
  try {
    await sqlite.add();
    await postgres.add();
    const rows: Row[] = [];
    for (const kind of KINDS) rows.push(...(await against(bench, kind.title, kind, { ours: postgres, peer: sqlite }, kind.goals)));
    await sqlite.stop();
    const one = await bench.sites.postgres('pop3-one', { users: CLIENTS }, FILLING);
    try {
      await one.add();
      await postgres.add();
      for (const kind of KINDS.slice(0, 2))
        rows.push(...(await against(bench, `two servers beside one: ${kind.title}`, kind, { ours: postgres, peer: one }, {})));
    } finally {
      await one.remove();
    }
    return rows;
  } finally {
    await sqlite.remove();
    await postgres.remove();
  }
}

async function against(
  bench: StoresBench,
  title: string,
  kind: Kind,
  { ours, peer }: { readonly ours: Site; readonly peer: Site },
  goals: Goals,
): Promise<readonly Row[]> {
  const sessions = Math.max(2, bench.some(kind.sessions));
  for (const site of [peer, ours]) await visit(site, kind, 2);
  const result = await duel(bench.rounds, {
    ours: { site: ours, work: () => visit(ours, kind, sessions) },
    peer: { site: peer, work: () => visit(peer, kind, sessions) },
  });
  return linesOf(title, kind.unit, CLIENTS * sessions * kind.count, result, goals);
}

/** Every client, its sessions one after the other, all on the server that it has. */
async function visit({ servers }: Site, { session }: Kind, sessions: number): Promise<void> {
  const one = async (client: number): Promise<void> => {
    const port = servers[client % servers.length]?.pop3 ?? 0;
    for (let number = 0; number < sessions; number += 1) {
      const count = await session({ port, user: `user${client}@works.example`, password: USER_PASSWORD });
      if (count !== MESSAGES) throw new Error(`A mailbox shows ${count} messages of ${MESSAGES}.`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => one(client)));
}
