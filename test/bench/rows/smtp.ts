// SMTP: 20 sessions that stay open, each message durable before its 250, against Postfix that queues and then drops.
import path from 'node:path';
import { costs, inTurn, median, type Sample, sample } from '../measure.js';
import { makeDataFolder, OurServer } from '../ourServer.js';
import { PostfixPeer } from '../peers/postfixPeer.js';
import { type Bench, faster, type Measurement, type Row } from '../row.js';
import { sendBySmtp } from '../smtpLoad.js';

const SESSIONS = 20;
const OCTETS = 4096;

export const smtp: Measurement = { name: 'smtp', needs: ['postfix', 'smtp-source'], run: measure };

async function measure(bench: Bench): Promise<readonly Row[]> {
  const dataDir = path.join(bench.folder, 'smtp');
  await makeDataFolder(dataDir, { settings: { 'smtp.trustedNetworks': ['127.0.0.0/8'] } });
  const postfix = await PostfixPeer.start(path.join(bench.folder, 'smtp-postfix'));
  const server = await OurServer.start(dataDir);
  try {
    bench.say(`Postfix runs with:\n${postfix.configuration}`);
    for (const warmUp of bench.quick ? [1_000] : [2_000, 2_000]) await send(server.pid, server.smtp, warmUp);
    await send(postfix.pid, postfix.port, bench.quick ? 50 : 200);
    const messages = bench.quick ? 1_000 : 4_000;
    const few = messages / 4;
    const samples = await inTurn(
      bench.quick ? 2 : 5,
      () => send(server.pid, server.smtp, messages),
      () => send(postfix.pid, postfix.port, few),
    );
    const rate = (of: readonly Sample[], count: number): number => median(of.map(({ wall }) => (count * 1000) / wall));
    return [
      faster(
        `SMTP: ${SESSIONS} kept-open sessions, 4 KB, durable before 250`,
        'messages/s',
        rate(samples.ours, messages),
        rate(samples.peer, few),
        3,
        [
          `Postroom sorts and delivers to a mailbox within that, ${messages} messages: ${costs(samples.ours)}`,
          `Postfix queues and drops, ${few} messages: ${costs(samples.peer)}; the load is smtp-source`,
        ],
      ),
    ];
  } finally {
    await server.stop();
    await postfix.stop();
  }
}

function send(pid: number, port: number, messages: number): Promise<Sample> {
  return sample(pid, () => sendBySmtp(port, { sessions: SESSIONS, messages, octets: OCTETS, to: 'user2@works.example' }));
}
