import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { until } from '../until.js';
import type { Cluster } from './cluster.js';
import type { ClusterDatabase } from './database.js';
import { smallDisk } from './smallDisk.js';
import { testCluster } from './testCluster.js';

describe("the tests' PostgreSQL", () => {
  let cluster: Cluster;
  let database: ClusterDatabase;

  before(async function () {
    cluster = await testCluster(this);
  });
  beforeEach(async () => {
    database = await cluster.database();
  });
  afterEach(() => database.drop());

  it('is as durable as one in service', async () => {
    for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit']) {
      expect(await database.query(`SHOW ${setting}`)).to.deep.equal([{ [setting]: 'on' }]);
    }
  });

  it('gives everybody an empty database', async () => {
    const other = await cluster.database();
    await other.query(`ALTER DATABASE ${other.name} SET synchronous_commit = off`);
    await other.query('CREATE TABLE message (id bigint)');
    expect(await database.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).to.deep.equal([]);
    await other.drop();
    const again = await cluster.database();
    expect(await again.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).to.deep.equal([]);
    expect(await again.query('SHOW synchronous_commit')).to.deep.equal([{ synchronous_commit: 'on' }]);
    await again.drop();
  });

  it('keeps what was committed over kill -9 of all its processes, and the same port', async () => {
    const { port } = cluster;
    await database.query('CREATE TABLE message AS SELECT 42 AS id');
    await cluster.kill();
    const away = await database.query('SELECT id FROM message').catch((error: Error) => error);
    expect(away).to.be.an('error').that.has.property('code', 'ECONNREFUSED');
    await cluster.start();
    expect(cluster.port).to.equal(port);
    expect(await database.query('SELECT id FROM message')).to.deep.equal([{ id: 42 }]);
  });

  it('keeps it over an immediate stop and a fast one', async () => {
    await database.query('CREATE TABLE message AS SELECT 42 AS id');
    for (const mode of ['immediate', 'fast'] as const) {
      await cluster.stop(mode);
      await cluster.start();
      expect(await database.query('SELECT id FROM message')).to.deep.equal([{ id: 42 }]);
    }
  });

  it('changes a setting for everybody, and takes that back', async () => {
    await cluster.set('fsync', 'off');
    expect(await database.query('SHOW fsync')).to.deep.equal([{ fsync: 'off' }]);
    await cluster.set('fsync', undefined);
    expect(await database.query('SHOW fsync')).to.deep.equal([{ fsync: 'on' }]);
  });

  it('has a disk that is soon full, where one can be mounted', async function () {
    const disk = await smallDisk(cluster, 16);
    if (disk === undefined) return this.skip();
    const small = await cluster.database(`TABLESPACE ${disk.tablespace}`);
    const fill = 'CREATE TABLE message AS SELECT repeat(gen_random_uuid()::text, 20) AS text FROM generate_series(1, 50000)';
    expect(await small.query(fill).catch((error: Error) => error))
      .to.be.an('error')
      .that.has.property('code', '53100');
    await small.drop();
    await disk.remove();
  });

  it('has a synchronous standby, which reads, and writes once it is promoted', async () => {
    const standby = await cluster.standby();
    try {
      await database.query('CREATE TABLE message AS SELECT 42 AS id');
      expect(await standby.query('SELECT id FROM message', database.name)).to.deep.equal([{ id: 42 }]);
      const refused = await standby.query('DELETE FROM message', database.name).catch((error: Error) => error);
      expect(refused).to.be.an('error').that.has.property('code', '25006');
      await cluster.kill();
      await standby.promote();
      expect(await standby.query('DELETE FROM message RETURNING id', database.name)).to.deep.equal([{ id: 42 }]);
    } finally {
      await standby.dispose();
      await cluster.start();
      await cluster.set('synchronous_standby_names', undefined);
    }
  });

  it('is gone with its folder when the process of the tests is killed', async () => {
    const program = `
      const { Cluster } = await import(${JSON.stringify(new URL('cluster.js', import.meta.url).href)});
      const { certificate } = await Cluster.start();
      process.send(certificate);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const [certificate] = (await once(child, 'message')) as [string];
    expect(existsSync(certificate)).to.equal(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until('its folder is gone', () => !existsSync(certificate));
  });
});
