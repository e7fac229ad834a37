// SMTP: 20 sessions that stay open, each message durable before its 250, against Postfix that queues and then drops.
import path from 'node:path';
import { inTurn } from '../measure.js';
import { makeDataFolder, OurServer } from '../ourServer.js';
import { PostfixPeer } from '../peers/postfixPeer.js';
import { threadsOf } from '../processes.js';
import { type Bench, cheaper, faster, type Measurement, type Row } from '../row.js';
import { threadCosts } from '../threads.js';
import { compared, type Turn, turnOf } from './turn.js';

const SESSIONS = 20;
const OCTETS = 4096;
/** Times the peer's rate, and times ours the peer's processor time. */
const GOALS = { rate: 3, cost: 4 } as const;

export const smtp: Measurement = { name: 'smtp', needs: ['postfix', 'cc'], onSomeCores: true, run: measure };

async function measure(bench: Bench): Promise<readonly Row[]> {
  const dataDir = path.join(bench.folder, 'smtp');
  await makeDataFolder(dataDir, { settings: { 'smtp.trustedNetworks': ['127.0.0.0/8'] } });
  const where = bench.placement.measured;
  const postfix = await PostfixPeer.start(path.join(bench.folder, 'smtp-postfix'), where);
  const server = await OurServer.start(dataDir, {}, where);
  try {
    bench.say(`Postfix runs with:\n${postfix.configuration}`);
    for (const warmUp of bench.quick ? [2_000] : [2_000, 2_000]) await send(bench, server.pid, server.smtp, warmUp);
    await send(bench, postfix.pid, postfix.port, bench.quick ? 50 : 200);
    const messages = bench.quick ? 2_000 : 4_000;
    const before = threadsOf(server.pid);
    const turns = await inTurn(
      bench.quick ? 2 : 5,
      () => send(bench, server.pid, server.smtp, messages),
      () => send(bench, postfix.pid, postfix.port, messages / 4),
    );
    const taken = turns.ours.reduce((sum, turn) => sum + turn.messages, 0);
    const threads = threadCosts(server.pid, before, threadsOf(server.pid), taken);
    const each = compared(turns);
    return [
      {
        ...faster(
          `SMTP: ${SESSIONS} kept-open sessions, 4 KB, durable before 250`,
          'messages/s',
          each.ours.rate,
          each.peer.rate,
          GOALS.rate,
          [...each.notes(threads), 'Postroom sorts and delivers to a mailbox within that, Postfix queues and drops'],
        ),
        cpu: cheaper('us a message', each.ours.cpu, each.peer.cpu, GOALS.cost),
        others: each.others,
      },
    ];
  } finally {
    await server.stop();
    await postfix.stop();
  }
}

function send({ load }: Bench, pid: number, port: number, messages: number): Promise<Turn> {
  return turnOf(pid, () =>
    load.smtp({ port, clients: SESSIONS, messages, octets: OCTETS, from: 'user1@works.example', to: 'user2@works.example' }),
  );
}
