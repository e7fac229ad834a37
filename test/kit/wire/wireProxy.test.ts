import { expect } from 'chai';
import pg from 'pg';
import type { ClusterDatabase } from '../postgres/database.js';
import { testCluster } from '../postgres/testCluster.js';
import { until } from '../until.js';
import { WireProxy } from './wireProxy.js';

const INSERT = 'INSERT INTO message (id) VALUES ($1)';
const LOST = { of: /INSERT INTO message/ };

describe('the proxy before PostgreSQL', () => {
  let database: ClusterDatabase;
  let proxy: WireProxy;
  let client: pg.Client;

  const enter = async (parameters = {}): Promise<pg.Client> => {
    const made = new pg.Client({ connectionString: database.url({ port: proxy.port, parameters }) });
    made.on('error', () => undefined);
    await made.connect();
    return made;
  };
  const stored = async (): Promise<unknown> => (await database.query('SELECT id FROM message ORDER BY id')).map(({ id }) => id);
  /** Whether a statement failed with its connection. */
  const isCut = async (statement: Promise<unknown>): Promise<boolean> => (await statement.catch((error: Error) => error)) instanceof Error;

  before(async function () {
    const cluster = await testCluster(this);
    database = await cluster.database();
    await database.query('CREATE TABLE message (id int); GRANT ALL ON message TO postroom');
    proxy = await WireProxy.start(cluster.port);
  });
  after(async () => {
    await proxy?.close();
    await database?.drop();
  });
  beforeEach(async () => {
    await database.query('TRUNCATE message');
    client = await enter();
  });
  afterEach(async () => {
    proxy.rewrite = ({ octets }) => octets;
    proxy.open();
    proxy.go();
    await client.end();
    await until('nobody is connected', () => proxy.connections === 0);
  });

  it('passes everything on, long messages too', async () => {
    const octets = Buffer.alloc(3_000_000, 0xfe);
    const { rows } = await client.query('SELECT $1::bytea AS octets', [octets]);
    expect((rows[0] as { octets: Buffer }).octets.equals(octets)).to.equal(true);
  });

  it('passes an encrypted connection on', async () => {
    const sealed = await enter({ sslmode: 'no-verify' });
    expect((await sealed.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).rows).to.deep.equal([{ ssl: true }]);
    await sealed.end();
  });

  it('cuts, and can be entered again', async () => {
    const ended = new Promise((resolve) => client.once('end', resolve));
    proxy.cut();
    await ended;
    const again = await enter();
    expect((await again.query('SELECT 1 AS one')).rows).to.deep.equal([{ one: 1 }]);
    await again.end();
  });

  it('lets nobody in while it is shut', async () => {
    proxy.shut();
    expect(await isCut(enter())).to.equal(true);
    proxy.open();
    await (await enter()).end();
  });

  it('holds what is on its way, and loses nothing of it', async () => {
    proxy.hold();
    let answers = 0;
    const count = (): void => {
      answers += 1;
    };
    const insert = client.query(INSERT, [1]).then(count);
    const late = enter();
    void late.then(count);
    await database.query('SELECT pg_sleep(0.1)');
    expect([answers, await stored()]).to.deep.equal([0, []]);
    proxy.go();
    await insert;
    expect(await stored()).to.deep.equal([1]);
    await (await late).end();
  });

  it('goes on to another server', async () => {
    proxy.aim(1);
    expect(await isCut(enter())).to.equal(true);
    proxy.aim(Number(new URL(database.url()).port));
    await (await enter()).end();
  });

  it('changes answers', async () => {
    proxy.rewrite = ({ type, octets }) => (type === 'D' ? Buffer.from(octets.toString('latin1').replace('old', 'new'), 'latin1') : octets);
    expect((await client.query("SELECT 'old' AS word")).rows).to.deep.equal([{ word: 'new' }]);
  });

  for (const isStored of [true, false]) {
    const outcome = isStored ? 'stored' : 'not stored';

    it(`loses the answer to a COMMIT: ${outcome}`, async () => {
      const happened = proxy.lose({ ...LOST, isStored });
      await client.query('BEGIN');
      await client.query(INSERT, [1]);
      expect(await isCut(client.query('COMMIT'))).to.equal(true);
      await happened;
      await until('it is decided', async () => ((await stored()) as unknown[]).length === (isStored ? 1 : 0));
    });

    it(`loses the answer to a statement that is a transaction by itself: ${outcome}`, async () => {
      const prepared = { name: 'insert', text: INSERT };
      await client.query({ ...prepared, values: [1] });
      const happened = proxy.lose({ ...LOST, isStored });
      expect((await client.query('SELECT 7 AS seven')).rows).to.deep.equal([{ seven: 7 }]);
      expect(await isCut(client.query({ ...prepared, values: [2] }))).to.equal(true);
      await happened;
      expect(await stored()).to.deep.equal(isStored ? [1, 2] : [1]);
    });
  }

  it('lets other transactions keep their answers', async () => {
    void proxy.lose({ ...LOST, isStored: true });
    await client.query('BEGIN');
    await client.query('SELECT 1');
    await client.query('COMMIT');
    expect(await isCut(client.query(INSERT, [1]))).to.equal(true);
  });
});
