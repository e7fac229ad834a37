import { expect } from 'chai';
import { readAddress } from '#plugins/store-postgres/dist/engine/address.js';
import { PostgresEngine } from '#plugins/store-postgres/dist/engine/engine.js';
import { failureOf } from '../../../kit/failureOf.js';
import type { ClusterDatabase } from '../../../kit/postgres/database.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';

describe('The tables of a store', () => {
  let database: ClusterDatabase;
  beforeEach(async function () {
    database = await (await testCluster(this)).database();
  });
  afterEach(() => database?.drop());

  const openAndClose = async (name: string): Promise<string> => {
    const engine = await PostgresEngine.open({ address: readAddress({ url: database.url() }), server: { name } });
    await engine.close();
    return engine.storeId;
  };

  it('are made once, though several servers start at once, and have one name', async () => {
    const ids = await Promise.all(['a', 'b', 'c', 'd'].map(openAndClose));
    expect(new Set(ids).size).to.equal(1);
    expect(await openAndClose('a')).to.equal(ids[0]);
    expect(await database.query('SELECT count(*)::int AS rows FROM meta')).to.deep.equal([{ rows: 1 }]);
  });

  it('may be newer than a server, as long as they say so', async () => {
    await openAndClose('a');
    await database.query('UPDATE meta SET version = version + 1');
    await openAndClose('a');
    await database.query('UPDATE meta SET oldest = version');
    const error = await failureOf(openAndClose('a'));
    expect(error.code).to.equal('data/newer');
    expect(error.message).to.include('Start the newer version');
  });
});
