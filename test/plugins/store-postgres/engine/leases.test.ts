// Leases that many want at once: what a mail server does all day, as each session of a mail program takes one.
import { expect } from 'chai';
import { readAddress } from '#plugins/store-postgres/dist/engine/address.js';
import { PostgresEngine } from '#plugins/store-postgres/dist/engine/engine.js';
import type { ClusterDatabase } from '../../../kit/postgres/database.js';
import { clientOf } from '../../../kit/postgres/query.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';

const NAMES = Array.from({ length: 20 }, (_, number) => `maildrop/${number}`);

describe('Leases that many want at once', () => {
  let database: ClusterDatabase;
  let port: number;
  let a: PostgresEngine;
  let b: PostgresEngine;
  beforeEach(async function () {
    const cluster = await testCluster(this);
    ({ port } = cluster);
    database = await cluster.database();
    const open = (name: string): Promise<PostgresEngine> =>
      PostgresEngine.open({ address: readAddress({ url: database.url() }), server: { name } });
    [a, b] = [await open('a'), await open('b')];
  });
  afterEach(async () => {
    await a?.close();
    await b?.close();
    await database?.drop();
  });

  const takeAll = (engine: PostgresEngine, names = NAMES) => Promise.all(names.map((name) => engine.leases.take(name)));
  /** Taken once, and given back. */
  const used = async (): Promise<void> => {
    for (const lease of await takeAll(a)) await lease?.release();
  };

  it('are taken and given back together, each with a token of its own', async () => {
    await used();
    const before = a.commits.statistics.commits;
    const leases = await takeAll(a);
    expect(new Set(leases.map((lease) => lease?.fence.token)).size).to.equal(NAMES.length);
    await Promise.all(leases.flatMap((lease) => (lease === undefined ? [] : [lease.release()])));
    expect(a.commits.statistics.commits - before).to.be.below(NAMES.length / 2);
    expect((await takeAll(b)).every((lease) => lease !== undefined)).to.equal(true);
  });

  it('are refused one by one: who gets none keeps nobody else from theirs', async () => {
    await used();
    const [held] = await takeAll(b, [NAMES[3] as string]);
    const leases = await takeAll(a);
    expect(leases.flatMap((lease, index) => (lease === undefined ? [index] : []))).to.deep.equal([3]);
    await held?.release();
    expect(await a.leases.take(NAMES[3] as string)).to.not.equal(undefined);
  });

  it('wait for nobody who only looks at another one of them', async () => {
    await used();
    await clientOf({ port, user: 'postgres', database: database.name }, async (client) => {
      await client.query('BEGIN');
      // As a change does that bears the fence.
      await client.query('SELECT 1 FROM lease WHERE name = $1 FOR SHARE', [NAMES[3]]);
      const waiting = a.leases.take(NAMES[3] as string);
      const others = NAMES.filter((_, index) => index !== 3);
      expect((await takeAll(a, others)).every((lease) => lease !== undefined)).to.equal(true);
      await client.query('COMMIT');
      expect(await waiting).to.not.equal(undefined);
    });
  });
});
