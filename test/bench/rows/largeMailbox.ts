// One mailbox with very many messages: login, STAT, UIDL, QUIT, against Dovecot with its indexes warm.
import path from 'node:path';
import { fillStore } from '../fillStore.js';
import { inTurn, median, medianWall } from '../measure.js';
import { type Observed, observe, othersOf } from '../observed.js';
import { makeDataFolder, OurServer, USER_PASSWORD } from '../ourServer.js';
import { DOVECOT_PASSWORD, DovecotPeer } from '../peers/dovecotPeer.js';
import { lookAtMailbox } from '../pop3Clients.js';
import { type Bench, cheaper, type Measurement, type Row, shorter } from '../row.js';

const OCTETS = 600;

export const largeMailbox: Measurement = { name: 'large-mailbox', needs: ['dovecot'], run };

async function run(bench: Bench): Promise<readonly Row[]> {
  const messages = bench.quick ? 4_000 : 100_000;
  const dataDir = path.join(bench.folder, 'large');
  await makeDataFolder(dataDir, { users: 1 });
  await fillStore(dataDir, ['works/user0'], messages, OCTETS);
  const dovecot = await DovecotPeer.start(path.join(bench.folder, 'large-dovecot'));
  const server = await OurServer.start(dataDir);
  try {
    await dovecot.put('user0', messages, OCTETS);
    const look = (pid: number, port: number, user: string, password: string): Promise<Observed<'server'>> =>
      observe({ server: [pid] }, async () => {
        const count = await lookAtMailbox({ port, user, password });
        if (count !== messages) throw new Error(`The mailbox shows ${count} messages of ${messages}.`);
      });
    const ours = (): Promise<Observed<'server'>> => look(server.pid, server.pop3, 'user0@works.example', USER_PASSWORD);
    const peer = (): Promise<Observed<'server'>> => look(dovecot.pid, dovecot.port, 'user0', DOVECOT_PASSWORD);
    await peer();
    await ours();
    const cost = (of: readonly Observed<'server'>[]): number => median(of.map(({ cpu }) => cpu.server));
    const samples = await inTurn(bench.quick ? 2 : 5, ours, peer);
    return [
      {
        ...shorter(
          `${messages.toLocaleString('en-US')} messages in one mailbox: login, STAT, UIDL`,
          's',
          medianWall(samples.ours) / 1000,
          medianWall(samples.peer) / 1000,
          1,
        ),
        cpu: cheaper('ms a login', cost(samples.ours), cost(samples.peer)),
        others: othersOf([...samples.ours, ...samples.peer]),
      },
    ];
  } finally {
    await server.stop();
    await dovecot.stop();
  }
}
