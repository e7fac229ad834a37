// POP3: 16 clients, each of whom reads its whole mailbox, against Dovecot's pop3d on Maildir.
import path from 'node:path';
import { fillStore } from '../fillStore.js';
import { inTurn } from '../measure.js';
import { makeDataFolder, OurServer, USER_PASSWORD, userNames } from '../ourServer.js';
import { DOVECOT_PASSWORD, DovecotPeer } from '../peers/dovecotPeer.js';
import { threadsOf } from '../processes.js';
import { type Bench, cheaper, faster, type Measurement, type Row } from '../row.js';
import { threadCosts } from '../threads.js';
import { compared, type Turn, turnOf } from './turn.js';

const CLIENTS = 16;
const MESSAGES = 100;
const OCTETS = 4096;
const WORK = `POP3: ${CLIENTS} clients STAT, UIDL, RETR ${MESSAGES} x 4 KB each`;
/** How RETR is asked, and what is to be reached: times the peer's rate, and times ours the peer's processor time. */
const MANNERS = [
  { title: 'pipelined as mpop does', window: 1_000, rate: 1.3, cost: 1.5, notes: ['1.5 x on the clock stays the dream'] },
  { title: 'one at a time as mail programs do', window: 1, rate: 1.5, cost: 1.8, notes: [] },
] as const;

export const pop3: Measurement = { name: 'pop3', needs: ['dovecot', 'cc'], onSomeCores: true, run };

interface Contender {
  readonly pid: number;
  readonly port: number;
  readonly password: string;
  readonly user: string;
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
  const where = bench.placement.measured;
  const dovecot = await DovecotPeer.start(path.join(bench.folder, 'pop3-dovecot'), where);
  const server = await OurServer.start(dataDir, {}, where);
  try {
    bench.say(`Dovecot runs with:\n${dovecot.configuration}`);
    for (const user of userNames(CLIENTS)) await dovecot.put(user, MESSAGES, OCTETS);
    const ours = { pid: server.pid, port: server.pop3, password: USER_PASSWORD, user: 'user*@works.example' };
    const peer = { pid: dovecot.pid, port: dovecot.port, password: DOVECOT_PASSWORD, user: 'user*' };
    const rows: Row[] = [];
    for (const { title, window, rate, cost, notes } of MANNERS) {
      const sessions = bench.quick ? 8 : 20;
      // Caches, indexes and code are warm on both sides.
      for (const each of [peer, ours, ours, ours]) await read(bench, each, window, sessions / 2);
      const before = threadsOf(server.pid);
      const turns = await inTurn(
        bench.quick ? 2 : 7,
        () => read(bench, ours, window, sessions),
        () => read(bench, peer, window, sessions),
      );
      const messages = turns.ours.reduce((sum, turn) => sum + turn.messages, 0);
      const threads = threadCosts(server.pid, before, threadsOf(server.pid), messages);
      const each = compared(turns);
      rows.push({
        ...faster(`${WORK}, ${title}`, 'messages/s', each.ours.rate, each.peer.rate, rate, [...each.notes(threads), ...notes]),
        cpu: cheaper('us a message', each.ours.cpu, each.peer.cpu, cost),
        others: each.others,
      });
    }
    return rows;
  } finally {
    await server.stop();
    await dovecot.stop();
  }
}

function read({ load }: Bench, { pid, port, password, user }: Contender, window: number, sessions: number): Promise<Turn> {
  return turnOf(pid, () => load.pop3({ port, user, password, window, sessions, clients: CLIENTS, expected: MESSAGES }));
}
