// POP3: 16 clients, each of whom reads its whole mailbox, against Dovecot's pop3d on Maildir.
import path from 'node:path';
import { fillStore } from '../fillStore.js';
import { costs, inTurn, median, type Sample, sample } from '../measure.js';
import { makeDataFolder, OurServer, USER_PASSWORD, userNames } from '../ourServer.js';
import { DOVECOT_PASSWORD, DovecotPeer } from '../peers/dovecotPeer.js';
import { type Manner, ONE_AT_A_TIME, PIPELINED, readMailbox } from '../pop3Clients.js';
import { type Bench, faster, type Measurement, type Row } from '../row.js';

const CLIENTS = 16;
const MESSAGES = 100;
const OCTETS = 4096;
const WORK = `POP3: ${CLIENTS} clients STAT, UIDL, RETR ${MESSAGES} x 4 KB each`;

export const pop3: Measurement = { name: 'pop3', needs: ['dovecot'], run };

interface Contender {
  readonly pid: number;
  readonly port: number;
  readonly password: string;
  readonly user: (client: number) => string;
}

async function run(bench: Bench): Promise<readonly Row[]> {
  const dataDir = path.join(bench.folder, 'pop3');
  await makeDataFolder(dataDir, { users: CLIENTS });
  await fillStore(
    dataDir,
    userNames(CLIENTS).map((name) => `works/${name}`),
    MESSAGES,
    OCTETS,
  );
  const dovecot = await DovecotPeer.start(path.join(bench.folder, 'pop3-dovecot'));
  const server = await OurServer.start(dataDir);
  try {
    bench.say(`Dovecot runs with:\n${dovecot.configuration}`);
    for (const user of userNames(CLIENTS)) await dovecot.put(user, MESSAGES, OCTETS);
    const ours = { pid: server.pid, port: server.pop3, password: USER_PASSWORD, user: (client: number) => `user${client}@works.example` };
    const peer = { pid: dovecot.pid, port: dovecot.port, password: DOVECOT_PASSWORD, user: (client: number) => `user${client}` };
    const rows: Row[] = [];
    for (const [title, manner] of [
      [`${WORK}, pipelined as mpop does`, PIPELINED],
      [`${WORK}, one at a time as mail programs do`, ONE_AT_A_TIME],
    ] as const) {
      // Caches, indexes and code are warm on both sides.
      for (const each of [peer, ours, ours]) await read(each, manner, 2);
      const sessions = bench.quick ? 2 : 6;
      const samples = await inTurn(
        bench.quick ? 2 : 7,
        () => read(ours, manner, sessions),
        () => read(peer, manner, sessions),
      );
      const rate = (of: readonly Sample[]): number => median(of.map(({ wall }) => (CLIENTS * MESSAGES * sessions * 1000) / wall));
      rows.push(
        faster(title, 'messages/s', rate(samples.ours), rate(samples.peer), 1.5, [
          `Postroom: ${costs(samples.ours)}; Dovecot: ${costs(samples.peer)}; for ${CLIENTS * MESSAGES * sessions} messages`,
        ]),
      );
    }
    return rows;
  } finally {
    await server.stop();
    await dovecot.stop();
  }
}

function read({ pid, port, password, user }: Contender, manner: Manner, sessions: number): Promise<Sample> {
  return sample(pid, async () => {
    const counts = await Promise.all(
      Array.from({ length: CLIENTS }, (_, client) => readMailbox({ port, user: user(client), password }, manner, sessions)),
    );
    const read = counts.reduce((sum, count) => sum + count, 0);
    if (read !== CLIENTS * MESSAGES * sessions) throw new Error(`${read} messages were read of ${CLIENTS * MESSAGES * sessions}.`);
  });
}
