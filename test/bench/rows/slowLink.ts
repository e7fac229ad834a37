// The same over a line with a round trip of 30 ms, as a DSL line to an ISP has.
import path from 'node:path';
import { median, medianWall } from '../measure.js';
import { type Observed, observe, othersOf } from '../observed.js';
import { makeDataFolder, OurServer } from '../ourServer.js';
import { DOVECOT_PASSWORD, DovecotPeer } from '../peers/dovecotPeer.js';
import { fetchWithMpop } from '../peers/mpop.js';
import { type Bench, cheaper, type Measurement, type Row, shorter } from '../row.js';
import { slowLine } from '../slowLine.js';

const ROUND_TRIP_MS = 30;
const OCTETS = 4096;

export const slowLink: Measurement = { name: 'slow-link', needs: ['dovecot', 'mpop'], run };

async function run(bench: Bench): Promise<readonly Row[]> {
  const messages = bench.quick ? 60 : 500;
  const isp = await DovecotPeer.start(path.join(bench.folder, 'slow-isp'));
  const line = await slowLine(isp.port, ROUND_TRIP_MS / 2);
  const dataDir = path.join(bench.folder, 'slow');
  await makeDataFolder(dataDir, {
    users: 64,
    account: { 'pop3.host': '127.0.0.1', 'pop3.port': line.port, 'pop3.security': 'plain', 'pop3.user': 'ours' },
  });
  const server = await OurServer.start(dataDir);
  try {
    await server.run('accounts.set-password', { account: 'works', password: DOVECOT_PASSWORD });
    const ours: Observed<'server'>[] = [];
    for (let round = 0; round < (bench.quick ? 1 : 3); round += 1) {
      await isp.put('ours', messages, OCTETS);
      ours.push(await observe({ server: [server.pid] }, () => server.run('send-receive')));
    }
    const peer = await fetchWithMpop(isp, bench.folder, { messages, octets: OCTETS, port: line.port, pipelining: false });
    return [
      {
        ...shorter(
          `fetch and sort ${messages} x 4 KB over a line of ${ROUND_TRIP_MS} ms, where the server offers PIPELINING; against a round trip a message`,
          's',
          medianWall(ours) / 1000,
          peer.wall / 1000,
          0.1,
          [
            `The peer is mpop with its pipelining off; the round trips alone take ${((messages * ROUND_TRIP_MS) / 1000).toFixed(1)} s`,
            `Ours includes the login, the listing, QUIT and the commits: about nine round trips`,
          ],
        ),
        cpu: cheaper('us a message', (median(ours.map(({ cpu }) => cpu.server)) * 1000) / messages, (peer.programs * 1000) / messages),
        others: othersOf([...ours, peer]),
      },
    ];
  } finally {
    await server.stop();
    await line.close();
    await isp.stop();
  }
}
