// SMTP: each message durable before its 250, on so many connections that stay open.
import type { Row } from '../row.js';
import { duel, linesOf } from './duel.js';
import type { Site } from './site.js';
import type { StoresBench, StoresMeasurement } from './storesBench.js';

const OCTETS = 4096;
const SENDER = 'user1@works.example';
const MAILBOX = 'user2@works.example';
const OUTSIDE = 'olga@customer.example';
const WARM_UP = 1_000;
const SETTINGS = { settings: { 'smtp.trustedNetworks': ['127.0.0.0/8'] } };

/** Messages of a turn. */
const LOADS = [
  { sessions: 1, messages: 400, to: MAILBOX },
  { sessions: 20, messages: 3_000, to: MAILBOX },
  { sessions: 100, messages: 4_000, to: MAILBOX },
  { sessions: 20, messages: 3_000, to: OUTSIDE },
] as const;
/** Connections of both servers together, and of the one. */
const TOGETHER = 40;

export const smtp: StoresMeasurement = { name: 'smtp', needs: ['cc'], run };

async function run(bench: StoresBench): Promise<readonly Row[]> {
  const sqlite = await bench.sites.sqlite('smtp', SETTINGS);
  const postgres = await bench.sites.postgres('smtp', SETTINGS);
  try {
    for (const site of [sqlite, postgres]) {
      await site.add();
      await send(bench, site, { sessions: 20, messages: WARM_UP, to: MAILBOX });
      await send(bench, site, { sessions: 20, messages: WARM_UP, to: OUTSIDE });
    }
    const rows: Row[] = [];
    for (const { sessions, messages, to } of LOADS) {
      const load = { sessions, messages: bench.some(messages), to };
      const result = await duel(bench.rounds, {
        ours: { site: postgres, work: () => send(bench, postgres, load) },
        peer: { site: sqlite, work: () => send(bench, sqlite, load) },
      });
      const title = `SMTP, ${sessions} ${sessions === 1 ? 'connection' : 'connections'}, 4 KB into ${to === MAILBOX ? 'a mailbox' : 'the Outbox'}`;
      rows.push(...linesOf(title, 'messages', load.messages, result, { server: 1.25, engineMs: 0.5 }));
    }
    await sqlite.stop();
    rows.push(...(await two(bench, postgres)));
    return rows;
  } finally {
    await sqlite.remove();
    await postgres.remove();
  }
}

/** Two servers beside one, with as many connections. */
async function two(bench: StoresBench, both: Site): Promise<readonly Row[]> {
  const one = await bench.sites.postgres('smtp-one', SETTINGS);
  try {
    await one.add();
    await both.add();
    const load = { sessions: TOGETHER, messages: bench.some(4_000), to: MAILBOX };
    for (const site of [one, both]) await send(bench, site, { ...load, messages: 2 * WARM_UP });
    const result = await duel(bench.rounds, {
      ours: { site: both, work: () => send(bench, both, load) },
      peer: { site: one, work: () => send(bench, one, load) },
    });
    const title = `two servers beside one: SMTP, ${TOGETHER} connections in all, 4 KB into a mailbox`;
    return linesOf(title, 'messages', load.messages, result, { rate: 1.3 });
  } finally {
    await one.remove();
  }
}

/** By all servers of a site, each its part. */
async function send(
  { load }: StoresBench,
  { servers }: Site,
  { sessions, messages, to }: { readonly sessions: number; readonly messages: number; readonly to: string },
): Promise<void> {
  const part = { clients: sessions / servers.length, messages: messages / servers.length, octets: OCTETS, from: SENDER, to };
  await Promise.all(servers.map(({ smtp: port }) => load.smtp({ ...part, port })));
}
