// What becomes of a change where connections fail, and where changes meet.
import { PostroomError } from '@postroom/sdk';
import { expect } from 'chai';
import { readAddress } from '#plugins/store-postgres/dist/engine/address.js';
import { PostgresEngine } from '#plugins/store-postgres/dist/engine/engine.js';
import { failureOf } from '../../../kit/failureOf.js';
import type { ClusterDatabase } from '../../../kit/postgres/database.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';
import { WireProxy } from '../../../kit/wire/wireProxy.js';

describe('A change in the database', () => {
  let place: ClusterDatabase;
  let proxy: WireProxy;
  let engine: PostgresEngine;
  beforeEach(async function () {
    const cluster = await testCluster(this);
    place = await cluster.database();
    proxy = await WireProxy.start(cluster.port);
    const address = readAddress({ url: place.url({ port: proxy.port }) });
    engine = await PostgresEngine.open({ address, server: { name: 'a' }, connections: 3, patienceMs: 5_000 });
    await engine.database.write('CREATE TABLE ledger (id bigint PRIMARY KEY, sum bigint NOT NULL)');
    await engine.database.write('INSERT INTO ledger VALUES (1, 0), (2, 0)');
  });
  afterEach(async () => {
    await engine?.close();
    await proxy?.close();
    await place?.drop();
  });

  const sums = async (): Promise<readonly unknown[]> =>
    (await engine.database.rows<{ sum: number }>('SELECT sum FROM ledger ORDER BY id')).map(({ sum }) => sum);
  const add = (id: number) =>
    engine.database.transaction((statements) => statements.run('UPDATE ledger SET sum = sum + 1 WHERE id = $1', [id]));

  it('is whole or not at all', async () => {
    const failed = engine.database.transaction(async (statements) => {
      await statements.run('UPDATE ledger SET sum = 7');
      throw new PostroomError('mail/not-found', 'No.');
    });
    expect((await failureOf(failed)).code).to.equal('mail/not-found');
    expect(await sums()).to.deep.equal([0, 0]);
  });

  for (const isStored of [true, false]) {
    it(`is in the unknown where the answer to its COMMIT was lost, and was ${isStored ? '' : 'not '}stored`, async () => {
      const lost = proxy.lose({ of: /UPDATE ledger/, isStored });
      expect((await failureOf(add(1))).code).to.equal('store/unknown');
      await lost;
      expect(await sums()).to.deep.equal([isStored ? 1 : 0, 0]);
    });
  }

  it('goes through on a new connection where the one that stood idle is dead', async () => {
    await add(1);
    proxy.cut();
    await add(1);
    proxy.cut();
    expect(await sums()).to.deep.equal([2, 0]);
  });

  it('is refused while nothing gets through, with nothing stored, and goes through afterwards', async () => {
    proxy.shut();
    expect((await failureOf(add(1))).code).to.equal('store/unreachable');
    proxy.open();
    await add(1);
    expect(await sums()).to.deep.equal([1, 0]);
  });

  it('goes through where two wait for each other: one of them is made again', async () => {
    let waiting = 0;
    let both: () => void = () => undefined;
    const bothAreThere = new Promise<void>((resolve) => {
      both = resolve;
    });
    const inTurn = (first: number, second: number) =>
      engine.database.transaction(async (statements) => {
        await statements.run('UPDATE ledger SET sum = sum + 1 WHERE id = $1', [first]);
        waiting += 1;
        if (waiting >= 2) both();
        await bothAreThere;
        await statements.run('UPDATE ledger SET sum = sum + 1 WHERE id = $1', [second]);
      });
    await Promise.all([inTurn(1, 2), inTurn(2, 1)]);
    expect(await sums()).to.deep.equal([2, 2]);
    expect(waiting, 'one was made again').to.equal(3);
  });

  it('waits for a connection while all are busy', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, n) => add(1 + (n % 2))));
    expect(await sums()).to.deep.equal([20, 20]);
    expect(proxy.connections, 'with the one for signs of life').to.be.at.most(4);
  });

  it('leaves no connection open at the end, whatever happened', async () => {
    proxy.cut();
    await Promise.allSettled([add(1), add(2), engine.database.rows('SELECT 1'), engine.database.rows('SELECT nonsense')]);
    await engine.close();
    expect(proxy.connections).to.equal(0);
    expect((await failureOf(add(1))).code).to.equal('store/failed');
  });
});
