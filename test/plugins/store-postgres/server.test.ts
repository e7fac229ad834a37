// Whole servers on PostgreSQL: chosen in boot.json or the environment, beside each other on one database, and what their commands say where it is away.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Leases, StoreMaintenance } from '@postroom/sdk/services';
import { expect } from 'chai';
import { failureOf } from '../../kit/failureOf.js';
import { Office } from '../../kit/office.js';
import { type Cluster, GUARDED } from '../../kit/postgres/cluster.js';
import type { ClusterDatabase } from '../../kit/postgres/database.js';
import { testCluster } from '../../kit/postgres/testCluster.js';
import { Postroom } from '../../kit/postroom.js';
import { until } from '../../kit/until.js';

const letter = (subject: string): string => `From: ann@far.example\nTo: Andrew <mail@company.example>\nSubject: ${subject}\n\nHello\n`;
/** Servers on one store have one key. */
const SECRET_KEY = Buffer.alloc(32, 7);

describe('a server with its store on PostgreSQL', () => {
  let cluster: Cluster;
  let database: ClusterDatabase;
  const open: Postroom[] = [];
  const start = async (node: string): Promise<Postroom> => {
    const postroom = await Postroom.start({ boot: { store: database.url(), node }, secretKey: SECRET_KEY });
    open.push(postroom);
    return postroom;
  };

  before(async function () {
    cluster = await testCluster(this);
  });
  beforeEach(async () => {
    database = await cluster.database();
  });
  afterEach(async () => {
    for (const postroom of open.splice(0)) await postroom.stop();
    await database.drop();
  });

  it('keeps nothing of its mail in the data folder, and has it again after a restart', async () => {
    const postroom = await start('a');
    postroom.isp.mailbox('mail').put(letter('kept'));
    await postroom.round();
    await postroom.submit('andrew', ['bob@far.example'], letter('sent'));
    await postroom.round();
    await postroom.close();
    await postroom.open();
    expect(await postroom.subjects('andrew')).to.deep.equal(['kept']);
    expect(await database.query('SELECT subject FROM message ORDER BY id')).to.deep.equal([{ subject: 'kept' }, { subject: 'sent' }]);
    expect(postroom.isp.outgoing.map(({ recipients }) => recipients)).to.deep.equal([['bob@far.example']]);
    expect((await postroom.service(StoreMaintenance).census()).outbox).to.equal(0);
  });

  it('shares its mailboxes with another one', async () => {
    const [one, other] = [await start('a'), await start('b')];
    one.isp.mailbox('mail').put(letter('fetched by one'));
    await one.round();
    expect(await other.subjects('andrew')).to.deep.equal(['fetched by one']);
    const servers = await one.service(Leases).servers();
    expect(servers.map(({ name, isThis, isGone }) => ({ name, isThis, isGone }))).to.deep.equal([
      { name: 'a', isThis: true, isGone: false },
      { name: 'b', isThis: false, isGone: false },
    ]);
  });

  it('does not start under the name of another one', async () => {
    await start('a');
    const second = await Postroom.start({ boot: { store: database.url(), node: 'a' } }).catch((error: Error) => error);
    expect(second)
      .to.be.an('error')
      .that.has.property('message')
      .that.matches(/Another server named "a" is on this store.*"node" in boot\.json/);
  });
});

describe('commands without a server, whose store is on PostgreSQL', () => {
  let cluster: Cluster;
  let database: ClusterDatabase;
  let folder: string;
  let office: Office;

  before(async function () {
    cluster = await testCluster(this);
    database = await cluster.database();
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-office-'));
    const noPorts = { 'pop3.listen': [], 'smtp.listen': [], 'admin-ui.listen': [] };
    office = await Office.make(path.join(folder, 'data'), noPorts);
    await writeFile(path.join(office.dataDir, 'boot.json'), JSON.stringify({ store: database.url(), node: 'a' }));
  });
  after(async () => {
    await database?.drop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  it('work as they do on any store', async () => {
    expect(await office.command(['config', 'set', 'server.name', 'post.office.example'])).to.include('post.office.example');
    expect(await readFile(path.join(office.dataDir, 'settings.json'), 'utf8')).to.include('post.office.example');
    expect(await office.command(['mailboxes', 'list'])).to.be.a('string');
    expect((await database.query('SELECT count(*)::int AS count FROM settings_revision'))[0]?.['count']).to.be.greaterThan(0);
  });

  it('look at the folder, and at the database', async () => {
    const { out, error } = await office.run(['doctor']);
    expect(`${out}${error}`).to.not.match(/no-provider|No plugin|StoreFiles/);
  });

  it('say where the database is away what to do, and the doctor looks at the rest', async () => {
    await cluster.stop('fast');
    try {
      const listed = await office.run(['mailboxes', 'list']);
      expect(listed.code).to.equal(1);
      expect(listed.error).to.match(/the connection was refused\. Start it, or see to the address/);
      const { out } = await office.run(['doctor']);
      expect(out).to.match(/No server can start here: .*the connection was refused/);
      expect(out).to.not.match(/No plugin|StoreFiles/);
    } finally {
      await cluster.start();
    }
  });

  it('start a server that waits for its database, unless it is told to end', async () => {
    const waits = (): number => office.log.split('The server waits for it').length - 1;
    let started: Promise<void> | undefined;
    await cluster.stop('fast');
    try {
      const ended = failureOf(office.start());
      await until('it waits', () => waits() === 1);
      office.signal('SIGTERM');
      expect((await ended).message).to.match(/^postroom serve ended: .*Stopped before it had started\. No PostgreSQL answers/s);
      started = office.start();
      await until('it waits again', () => waits() === 2);
    } finally {
      await cluster.start();
    }
    await started;
    await office.stop();
  });

  it('start a server with the store and the name that the environment has: with a password, and encrypted', async () => {
    const place = await cluster.database();
    await place.query(`GRANT ALL ON SCHEMA public TO ${GUARDED.user}`);
    const address = place.url({ ...GUARDED, parameters: { sslmode: 'verify-full', sslrootcert: cluster.certificate } });
    await office.start({ POSTROOM_STORE: address, POSTROOM_NODE: 'other' });
    expect(await place.query('SELECT name FROM server')).to.deep.equal([{ name: 'other' }]);
    expect(office.log).to.not.include(GUARDED.password);
    await office.stop();
    await place.drop();
  });

  it('back up all but the mail, and say what backs that up', async () => {
    const backup = await office.command(['backup', 'create', path.join(folder, 'backups')]);
    expect(backup).to.match(/The mail is not in this backup.*pg_basebackup/s);
  });
});
