// A round: 2,000 messages of a domain account into 64 mailboxes, against mpop, which puts them all into one Maildir.
import path from 'node:path';
import { isInstalled } from '../installed.js';
import { costs, inTurn, medianWall, type Sample, sample } from '../measure.js';
import { makeDataFolder, OurServer, userNames } from '../ourServer.js';
import { DOVECOT_PASSWORD, DovecotPeer } from '../peers/dovecotPeer.js';
import { fetchWithFetchmail } from '../peers/fetchmail.js';
import { fetchWithMpop } from '../peers/mpop.js';
import { type Bench, faster, type Measurement, notMeasured, type Row, shorter } from '../row.js';

const OCTETS = 4096;
const USERS = 64;
/** fetchmail takes 30 ms a message: a part of the messages, per message. */
const FETCHMAIL_MESSAGES = 200;

export const fetch: Measurement = { name: 'fetch', needs: ['dovecot', 'mpop'], run: measure };

async function measure(bench: Bench): Promise<readonly Row[]> {
  const messages = bench.quick ? 500 : 2_000;
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
    const collect = (): Promise<Sample> => ourRound(isp, server, messages);
    const cold = await collect();
    const samples = await inTurn(bench.quick ? 1 : 5, collect, () => fetchWithMpop(isp, bench.folder, { messages, octets: OCTETS }));
    const peer = medianWall(samples.peer) / 1000;
    const notes = [`Postroom: ${costs(samples.ours)}; mpop's Maildir is as durable as it makes it`];
    const work = `fetch and sort ${messages} x 4 KB into ${USERS} mailboxes, durable`;
    return [
      shorter(`${work}; against mpop, which fetches only`, 's', medianWall(samples.ours) / 1000, peer, 0.5, notes),
      shorter('the same in the first round after the start', 's', cold.wall / 1000, peer, 0.5, [`Postroom: ${costs([cold])}`]),
      await againstFetchmail(bench, (messages * 1000) / medianWall(samples.ours)),
    ];
  } finally {
    await server.stop();
    await isp.stop();
  }
}

async function ourRound(isp: DovecotPeer, server: OurServer, messages: number): Promise<Sample> {
  await isp.put('ours', messages, OCTETS);
  return sample(server.pid, async () => {
    const report = (await server.run('send-receive')) as {
      readonly rounds: readonly { readonly stored: number; readonly failed: unknown }[];
    };
    if (report.rounds[0]?.stored !== messages) throw new Error(`The round went wrong: ${JSON.stringify(report)}`);
  });
}

async function againstFetchmail(bench: Bench, ours: number): Promise<Row> {
  const work = 'the same against fetchmail multidrop, LMTP and Dovecot';
  if (bench.quick) return notMeasured(work, 'Not with --quick: fetchmail takes 30 ms a message.');
  const missing = ['fetchmail', '/usr/lib/dovecot/lmtp'].filter((program) => !isInstalled(program));
  if (missing.length > 0) return notMeasured(work, `Not installed here: ${missing.join(', ')} (Debian: fetchmail, dovecot-lmtpd).`);
  const peer = await DovecotPeer.start(path.join(bench.folder, 'fetchmail-dovecot'), true);
  try {
    const taken = await fetchWithFetchmail(peer, bench.folder, { messages: FETCHMAIL_MESSAGES, octets: OCTETS, users: userNames(USERS) });
    return faster(work, 'messages/s', ours, (FETCHMAIL_MESSAGES * 1000) / taken.wall, 80, [
      `fetchmail fetched ${FETCHMAIL_MESSAGES} messages`,
    ]);
  } finally {
    await peer.stop();
  }
}
