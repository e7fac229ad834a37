// The store on PostgreSQL keeps what every store promises.
import { storeSuite } from '@postroom/sdk/testing/store';
import { sharedCluster, testCluster, withoutPostgres } from '../../kit/postgres/testCluster.js';
import { PostgresPlace } from './postgresPlace.js';

if (withoutPostgres() === undefined) {
  storeSuite('PostgreSQL', async () => PostgresPlace.make(await sharedCluster()), { isLong: process.env['STORE_SUITE'] === 'long' });
} else {
  describe('The store on PostgreSQL', () => {
    it('keeps what every store promises', async function () {
      await testCluster(this);
    });
  });
}
