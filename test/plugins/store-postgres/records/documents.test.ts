// What several servers hear of their documents, which no suite of contracts can bring about: changes between two looks.
import { expect } from 'chai';
import type { PostgresStore } from '#plugins/store-postgres/dist/postgresStore.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';
import { until } from '../../../kit/until.js';
import { PostgresPlace } from '../postgresPlace.js';

describe('Documents that servers on PostgreSQL share', () => {
  let place: PostgresPlace;
  let north: PostgresStore;
  let south: PostgresStore;
  beforeEach(async function () {
    place = await PostgresPlace.make(await testCluster(this));
    north = await place.open({ server: 'north' });
    south = await place.open({ server: 'south' });
  });
  afterEach(() => place?.dispose());

  const octets = Buffer.from('octets');

  /** Puts a document under each name and removes it again. */
  async function comeAndGo(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      const put = await north.documents.put(name, octets, undefined);
      if (put !== 'conflict') await north.documents.remove(name, put.version);
    }
  }

  /** How often a server was told of a change, once it knows what is there. */
  async function listening(prefix: string): Promise<{ count: number }> {
    const told = { count: 0 };
    south.documents.onDidChange(prefix, () => {
      told.count += 1;
    });
    await until('it has looked', () => told.count > 0);
    return told;
  }

  it('are told of where one came and went while nobody looked', async () => {
    const told = await listening('trial/');
    const before = told.count;
    const goOn = await place.pause(south);
    await comeAndGo('trial/settings');
    await goOn();
    await until('it was told', () => told.count > before);
    expect(await south.documents.list('trial/')).to.deep.equal([]);
  });

  it('are told of though the connection that brings news was cut', async () => {
    const told = await listening('trial/');
    const before = told.count;
    await place.database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'postroom south'`);
    await comeAndGo('trial/settings');
    await until('it was told', () => told.count > before);
  });

  it('are told of only where they are meant, as long as each look shows what changed', async () => {
    const [tls, trial] = [await listening('tls/'), await listening('trial/')];
    const before = tls.count;
    for (const name of ['trial/a', 'trial/b', 'trial/c']) {
      const { count } = trial;
      await north.documents.put(name, octets, undefined);
      await until('it was told', () => trial.count > count);
    }
    expect(tls.count).to.equal(before);
  });
});
