// Two servers on one database, as mail programs and administrators meet them.
import { FreeSpace, StoreMaintenance } from '@postroom/sdk/services';
import { expect } from 'chai';
import { failureOf } from '../../kit/failureOf.js';
import type { Cluster } from '../../kit/postgres/cluster.js';
import type { ClusterDatabase } from '../../kit/postgres/database.js';
import { testCluster } from '../../kit/postgres/testCluster.js';
import { Postroom } from '../../kit/postroom.js';
import { PASSWORD } from '../../kit/quickPasswords.js';
import { until } from '../../kit/until.js';
import { LineClient } from '../smtp/lineClient.js';

const letter = (subject: string): string => `From: ann@far.example\nTo: Andrew <mail@company.example>\nSubject: ${subject}\n\nHello\n`;
/** Servers on one store have one key. */
const SECRET_KEY = Buffer.alloc(32, 7);

interface NodeRow {
  readonly server: string;
  readonly state: string;
  readonly holds: Readonly<Record<string, string>>;
}

describe('two servers on one PostgreSQL', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let database: ClusterDatabase;
  let a: Postroom;
  let b: Postroom;

  before(async function () {
    cluster = await testCluster(this);
  });
  beforeEach(async () => {
    database = await cluster.database();
    a = await Postroom.start({ boot: { store: database.url(), node: 'a' }, secretKey: SECRET_KEY });
    b = await Postroom.start({ boot: { store: database.url(), node: 'b' }, secretKey: SECRET_KEY });
    a.isp.mailbox('mail').put(letter('one'));
    await a.round();
  });
  afterEach(async () => {
    await b.stop();
    await a.stop();
    await database.drop();
  });

  const nodes = (server: Postroom): Promise<readonly NodeRow[]> => server.run<readonly NodeRow[]>('nodes');
  const holderOf = async (what: string): Promise<string | undefined> =>
    (await nodes(a)).find(({ holds }) => holds[what] !== undefined)?.server;

  it('P16 P17 let one session of a mailbox in, and the next on the other server as soon as QUIT was answered', async () => {
    const client = await a.pop3('andrew');
    expect(String(await b.pop3('andrew').catch((error: unknown) => error))).to.include('[IN-USE]');
    await client.ask('DELE 1');
    expect(await client.ask('QUIT')).to.match(/^\+OK/);
    const next = await b.pop3('andrew');
    expect(await next.ask('STAT')).to.equal('+OK 0 0');
    await next.ask('QUIT');
  });

  it('P100 remove nothing in a session that the other server has taken over', async () => {
    const client = await a.pop3('andrew');
    await client.ask('DELE 1');
    // As of a server that stood still for longer than its time.
    await until('the other server has the mailbox', async () => {
      await database.query("UPDATE server SET until = 0 WHERE name = 'a'");
      const other = await b.pop3('andrew').catch(() => undefined);
      return other !== undefined;
    });
    expect(await client.ask('QUIT')).to.match(/^-ERR \[SYS\/TEMP\]/);
    expect(await database.query('SELECT count(*)::int AS there FROM placement WHERE removed_at IS NULL')).to.deep.equal([{ there: 1 }]);
  });

  it('say on either what each of them holds, run the jobs on one, and a job that a person asks for on any', async () => {
    const client = await a.pop3('andrew');
    await until(
      'one has the timer, one the tidying',
      async () => (await holderOf('timer')) !== undefined && (await holderOf('tidying')) !== undefined,
    );
    for (const [server, other] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const rows = await nodes(server === 'a' ? a : b);
      expect(rows.map(({ server: name, state }) => [name, state])).to.have.deep.members([
        [server, 'this'],
        [other, 'running'],
      ]);
      expect(rows.find(({ server: name }) => name === 'a')?.holds).to.have.property('mailbox andrew@company');
      expect(rows.filter(({ holds }) => holds['tidying'] !== undefined)).to.have.length(1);
    }
    for (const server of [a, b]) expect(await server.run('housekeeping.run', { job: 'housekeeping.tidy' })).to.not.have.property('problem');
    await client.ask('QUIT');
  });

  it('S84 P63 answer for now while the database is away, and all the same where it is back', async () => {
    const client = await LineClient.open(a.port('smtp'));
    await client.run('EHLO office.example', `AUTH PLAIN ${Buffer.from(`\0andrew\0${PASSWORD}`).toString('base64')}`);
    await cluster.stop('immediate');
    try {
      await until('the store is known to be away', () => a.service(StoreMaintenance).trouble !== undefined);
      expect(await client.say('MAIL FROM:<mail@company.example>')).to.match(/^451 4\.3\.0 /);
      expect((await failureOf(a.round())).code).to.equal('store/unreachable');
      expect(String(await a.pop3('andrew').catch((error: unknown) => error))).to.match(/-ERR \[SYS\/TEMP\]/);
      expect(await a.run<string>('metrics')).to.match(/^postroom_store_up 0$/m);
    } finally {
      await cluster.start();
    }
    client.close();
    await until('both servers have their store again', () =>
      [a, b].every((server) => server.service(StoreMaintenance).trouble === undefined),
    );
    // What keeps mail out is asked for once a second.
    await until('mail is taken in again', async () => (await a.service(FreeSpace).problem()) === undefined);
    expect(await a.submit('andrew', ['bob@far.example'], letter('two'))).to.match(/^250/);
    expect(await b.subjects('andrew')).to.deep.equal(['one']);
  });
});
