// A round: 2,000 messages of a domain account into 64 mailboxes, against mpop, which puts them all into one Maildir, and against fetchmail, which hands them to a
// server one by one. The ISP's Dovecot serves all and counts for nobody.
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { isInstalled } from '../installed.js';
import { inTurn, median, medianWall } from '../measure.js';
import { type Observed, observe, othersOf } from '../observed.js';
import { makeDataFolder, OurServer, userNames } from '../ourServer.js';
import { DOVECOT_PASSWORD, DovecotPeer } from '../peers/dovecotPeer.js';
import { fetchWithFetchmail } from '../peers/fetchmail.js';
import { fetchWithMpop } from '../peers/mpop.js';
import { threadsOf } from '../processes.js';
import { type Bench, cheaper, faster, type Measurement, notMeasured, type Row, shorter, withoutGoals } from '../row.js';
import { threadCosts, threadsNote } from '../threads.js';

const OCTETS = 4096;
const USERS = 64;
/** fetchmail takes 20 ms a message: a part of the messages, per message. */
const FETCHMAIL_MESSAGES = 200;
/** Parts of mpop's time, times fetchmail's rate, and times ours the peer's processor time. */
const GOALS = { warm: 0.5, first: 0.7, mpopCost: 1.2, fetchmail: 40, fetchmailOnFour: 80, fetchmailCost: 20 } as const;

export const fetch: Measurement = { name: 'fetch', needs: ['dovecot', 'mpop'], onSomeCores: true, run: measure };

type Round = Observed<'server'>;

async function measure(bench: Bench): Promise<readonly Row[]> {
  const messages = bench.quick ? 1_000 : 2_000;
  const { measured, load } = bench.placement;
  const isp = await DovecotPeer.start(path.join(bench.folder, 'fetch-isp'), load);
  const dataDir = path.join(bench.folder, 'fetch');
  await makeDataFolder(dataDir, {
    users: USERS,
    account: { 'pop3.host': '127.0.0.1', 'pop3.port': isp.port, 'pop3.security': 'plain', 'pop3.user': 'ours' },
  });
  const server = await OurServer.start(dataDir, {}, measured);
  try {
    bench.say(`The ISP of both is Dovecot with:\n${isp.configuration}`);
    await server.run('accounts.set-password', { account: 'works', password: DOVECOT_PASSWORD });
    const collect = (): Promise<Round> => ourRound(isp, server, messages);
    const first = await collect();
    const before = threadsOf(server.pid);
    const turns = await inTurn(bench.quick ? 1 : 5, collect, () =>
      fetchWithMpop(isp, bench.folder, { messages, octets: OCTETS, where: measured }),
    );
    const threads = threadCosts(server.pid, before, threadsOf(server.pid), messages * turns.ours.length);
    const mpop = { seconds: medianWall(turns.peer) / 1000, cpu: (median(turns.peer.map(({ programs }) => programs)) * 1000) / messages };
    const against = (title: string, rounds: readonly Round[], most: number, notes: readonly string[]): Row => ({
      ...shorter(title, 's', medianWall(rounds) / 1000, mpop.seconds, most, notes),
      cpu: cheaper('us a message', costOf(rounds, messages), mpop.cpu, GOALS.mpopCost),
      others: othersOf([...rounds, ...turns.peer]),
    });
    const work = `fetch and sort ${messages} x 4 KB into ${USERS} mailboxes, durable`;
    return [
      against(`${work}; against mpop, which fetches only`, turns.ours, GOALS.warm, [
        threadsNote(threads),
        "mpop's Maildir is as durable as it makes it; the ISP's Dovecot serves both and counts for neither",
      ]),
      against('the same in the first round after the start', [first], GOALS.first, []),
      ...(await againstFetchmail(bench, isp, messages, turns.ours)),
    ];
  } finally {
    await server.stop();
    await isp.stop();
  }
}

/** Microseconds of processor time a message. */
function costOf(rounds: readonly Round[], messages: number): number {
  return (median(rounds.map(({ cpu }) => cpu.server)) * 1000) / messages;
}

async function ourRound(isp: DovecotPeer, server: OurServer, messages: number): Promise<Round> {
  await isp.put('ours', messages, OCTETS);
  return observe({ server: [server.pid] }, async () => {
    const report = (await server.run('send-receive')) as {
      readonly rounds: readonly { readonly stored: number; readonly failed: unknown }[];
    };
    if (report.rounds[0]?.stored !== messages) throw new Error(`The round went wrong: ${JSON.stringify(report)}`);
  });
}

async function againstFetchmail(bench: Bench, isp: DovecotPeer, messages: number, rounds: readonly Round[]): Promise<readonly Row[]> {
  const work = 'the same against fetchmail multidrop, LMTP and Dovecot';
  const missing = ['fetchmail', '/usr/lib/dovecot/lmtp'].filter((program) => !isInstalled(program));
  if (missing.length > 0) return [notMeasured(work, `Not installed here: ${missing.join(', ')} (Debian: fetchmail, dovecot-lmtpd).`)];
  const { measured } = bench.placement;
  const office = await DovecotPeer.start(path.join(bench.folder, 'fetchmail-office'), measured, true);
  try {
    const against = async (title: string): Promise<Row> => {
      const asked = { messages: FETCHMAIL_MESSAGES, octets: OCTETS, users: userNames(USERS), where: measured };
      const taken = await fetchWithFetchmail(isp, office, bench.folder, asked);
      const [ours, peer] = [(messages * 1000) / medianWall(rounds), (FETCHMAIL_MESSAGES * 1000) / taken.wall];
      const [fetchmail, dovecot] = [taken.programs, taken.cpu.office].map((ms) => (ms * 1000) / FETCHMAIL_MESSAGES) as [number, number];
      return {
        ...faster(title, 'messages/s', ours, peer, availableParallelism() >= 4 ? GOALS.fetchmailOnFour : GOALS.fetchmail, [
          `fetchmail fetched ${FETCHMAIL_MESSAGES} messages: ${Math.round(fetchmail)} us a message itself, ${Math.round(dovecot)} the office's Dovecot`,
        ]),
        cpu: cheaper('us a message', costOf(rounds, messages), fetchmail + dovecot, GOALS.fetchmailCost),
        others: othersOf([...rounds, taken]),
      };
    };
    const fresh = await against(`${work}, into new mailboxes`);
    return bench.quick ? [fresh] : [fresh, withoutGoals(await against('the same, into mailboxes that are there'))];
  } finally {
    await office.stop();
  }
}
