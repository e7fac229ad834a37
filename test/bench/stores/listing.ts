// Mailboxes with very many messages: login, STAT, UIDL, QUIT.
import { USER_PASSWORD } from '../ourServer.js';
import { lookAtMailbox } from '../pop3Clients.js';
import type { Row } from '../row.js';
import { duel, linesOf } from './duel.js';
import type { Filling, Site } from './site.js';
import type { StoresBench, StoresMeasurement } from './storesBench.js';

const MESSAGES = 100_000;
const USERS = 2;

export const listing: StoresMeasurement = { name: 'listing', needs: [], run };

async function run(bench: StoresBench): Promise<readonly Row[]> {
  const messages = bench.some(MESSAGES);
  const filling = (mailboxes: readonly string[]): Filling => ({ mailboxes, messages, octets: 600 });
  const sqlite = await bench.sites.sqlite('listing', { users: USERS }, filling(['works/user0']));
  const postgres = await bench.sites.postgres('listing', { users: USERS }, filling(['works/user0', 'works/user1']));
  const alone =
    (site: Site): (() => Promise<void>) =>
    () =>
      look(site, 0, 0, messages);
  /** Each of two mailboxes, on the last server and on the first, which may be the same one. */
  const together =
    (site: Site, servers: number): (() => Promise<unknown>) =>
    () =>
      Promise.all([look(site, 0, 0, messages), look(site, servers - 1, 1, messages)]);
  try {
    await sqlite.add();
    await postgres.add();
    for (const site of [sqlite, postgres]) await alone(site)();
    const shown = messages.toLocaleString('en-US');
    const one = await duel(bench.rounds, { ours: { site: postgres, work: alone(postgres) }, peer: { site: sqlite, work: alone(sqlite) } });
    await postgres.add();
    await together(postgres, 2)();
    const both = await duel(bench.rounds, {
      ours: { site: postgres, work: together(postgres, 2) },
      peer: { site: postgres, work: together(postgres, 1) },
    });
    return [
      ...linesOf(`${shown} messages in one mailbox: login, STAT, UIDL`, 'listings', 1, one, {}),
      ...linesOf(`two servers beside one: two mailboxes of ${shown} at once`, 'listings', 2, both, {}),
    ];
  } finally {
    await sqlite.remove();
    await postgres.remove();
  }
}

async function look({ servers }: Site, server: number, user: number, messages: number): Promise<void> {
  const count = await lookAtMailbox({ port: servers[server]?.pop3 ?? 0, user: `user${user}@works.example`, password: USER_PASSWORD });
  if (count !== messages) throw new Error(`The mailbox shows ${count} messages of ${messages}.`);
}
