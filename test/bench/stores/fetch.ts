// A round: messages of a domain account, sorted into 64 mailboxes; the first one after the start, whose code is not compiled yet, and the next.
import path from 'node:path';
import { DOVECOT_PASSWORD, DovecotPeer } from '../peers/dovecotPeer.js';
import type { Row } from '../row.js';
import { type Contender, duel, linesOf } from './duel.js';
import type { Site } from './site.js';
import type { StoresBench, StoresMeasurement } from './storesBench.js';

const OCTETS = 4096;
const USERS = 64;

export const fetch: StoresMeasurement = { name: 'fetch', needs: ['dovecot'], run };

async function run(bench: StoresBench): Promise<readonly Row[]> {
  const messages = bench.some(2_000);
  const isp = await DovecotPeer.start(path.join(bench.folder, 'stores-isp'));
  const settings = (user: string): Parameters<typeof bench.sites.sqlite>[1] => ({
    users: USERS,
    account: { 'pop3.host': '127.0.0.1', 'pop3.port': isp.port, 'pop3.security': 'plain', 'pop3.user': user },
  });
  const sqlite = await bench.sites.sqlite('fetch', settings('sqlite'));
  const postgres = await bench.sites.postgres('fetch', settings('postgres'));
  const contender = (site: Site, user: string, restarts: boolean): Contender => ({
    site,
    work: () => collect(site, messages),
    prepare: async () => {
      if (restarts) await restart(site);
      await isp.put(user, messages, OCTETS);
    },
  });
  try {
    for (const site of [sqlite, postgres]) {
      const server = await site.add();
      await server.run('accounts.set-password', { account: 'works', password: DOVECOT_PASSWORD });
    }
    const against = (restarts: boolean): ReturnType<typeof duel> =>
      duel(bench.rounds, { ours: contender(postgres, 'postgres', restarts), peer: contender(sqlite, 'sqlite', restarts) });
    const title = `fetch and sort ${messages} x 4 KB into ${USERS} mailboxes`;
    return [
      ...linesOf(`${title}, first round after the start`, 'messages', messages, await against(true), { server: 1.25, engineMs: 0.5 }),
      ...linesOf(`${title}, when all is warm`, 'messages', messages, await against(false), { server: 1.25, engineMs: 0.5 }),
    ];
  } finally {
    await sqlite.remove();
    await postgres.remove();
    await isp.stop();
  }
}

async function restart(site: Site): Promise<void> {
  await site.stop();
  await site.add();
}

async function collect({ servers: [server] }: Site, messages: number): Promise<void> {
  const report = (await server?.run('send-receive')) as { readonly rounds: readonly { readonly stored: number }[] } | undefined;
  if (report?.rounds[0]?.stored !== messages) throw new Error(`The round went wrong: ${JSON.stringify(report)}`);
}
