// A round: 2,000 messages of a domain account into 64 mailboxes, against mpop, which puts them all into one Maildir.
import path from 'node:path';
import { costs, inTurn, medianWall, type Sample, sample } from '../measure.js';
import { makeDataFolder, OurServer } from '../ourServer.js';
import { DOVECOT_PASSWORD, DovecotPeer } from '../peers/dovecotPeer.js';
import { fetchWithMpop } from '../peers/mpop.js';
import { type Bench, type Measurement, notMeasured, type Row, shorter } from '../row.js';

const MESSAGES = 2_000;
const OCTETS = 4096;
const USERS = 64;
const WORK = `fetch and sort ${MESSAGES} x 4 KB into ${USERS} mailboxes, durable`;

export const fetch: Measurement = { name: 'fetch', needs: ['dovecot', 'mpop'], run: measure };

async function measure(bench: Bench): Promise<readonly Row[]> {
  const isp = await DovecotPeer.start(path.join(bench.folder, 'fetch-isp'));
  const dataDir = path.join(bench.folder, 'fetch');
  await makeDataFolder(dataDir, {
    users: USERS,
    account: { 'pop3.host': '127.0.0.1', 'pop3.port': isp.port, 'pop3.security': 'plain', 'pop3.user': 'ours' },
  });
  const server = await OurServer.start(dataDir);
  try {
    bench.say(`The ISP of both is Dovecot with:\n${isp.configuration}`);
    await server.run('accounts.set-password', { account: 'works', password: DOVECOT_PASSWORD });
    const collect = (): Promise<Sample> => ourRound(isp, server);
    const cold = await collect();
    const samples = await inTurn(bench.quick ? 3 : 5, collect, () =>
      fetchWithMpop(isp, bench.folder, { messages: MESSAGES, octets: OCTETS }),
    );
    const peer = medianWall(samples.peer) / 1000;
    const notes = [`Postroom: ${costs(samples.ours)}; mpop's Maildir is as durable as it makes it`];
    return [
      shorter(`${WORK}; against mpop, which fetches only`, 's', medianWall(samples.ours) / 1000, peer, 0.5, notes),
      shorter('the same in the first round after the start', 's', cold.wall / 1000, peer, 0.5, [`Postroom: ${costs([cold])}`]),
      notMeasured('the same against fetchmail multidrop, LMTP and Dovecot', "Debian's dovecot-lmtpd is not installed here."),
    ];
  } finally {
    await server.stop();
    await isp.stop();
  }
}

async function ourRound(isp: DovecotPeer, server: OurServer): Promise<Sample> {
  await isp.put('ours', MESSAGES, OCTETS);
  return sample(server.pid, async () => {
    const report = (await server.run('send-receive')) as {
      readonly rounds: readonly { readonly stored: number; readonly failed: unknown }[];
    };
    if (report.rounds[0]?.stored !== MESSAGES) throw new Error(`The round went wrong: ${JSON.stringify(report)}`);
  });
}
