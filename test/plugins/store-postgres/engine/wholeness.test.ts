import { ANDREW, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import type { PostgresStore } from '#plugins/store-postgres/dist/postgresStore.js';
import { failureOf } from '../../../kit/failureOf.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';
import { PostgresPlace } from '../postgresPlace.js';

describe('The check of a store on PostgreSQL', () => {
  let place: PostgresPlace;
  let store: PostgresStore;
  beforeEach(async function () {
    place = await PostgresPlace.make(await testCluster(this));
    store = await place.open();
    for (const size of [0, 5, 300_000, 40 * 2 ** 20, 7]) await put(store, { to: [ANDREW], octets: Buffer.alloc(size, 97) });
  });
  afterEach(() => place?.dispose());

  it('finds messages of all sizes whole', async () => {
    await store.quickCheck();
  });

  for (const [what, damage, found] of [
    ['an octet is another one', `UPDATE chunk SET octets = set_byte(octets, 3, 98) WHERE length(octets) = 7`, 'is not what came in'],
    [
      'an octet of a large message is another one',
      `UPDATE chunk SET octets = set_byte(octets, 3, 98) WHERE piece = 150`,
      'is not what came in',
    ],
    [
      'a piece is missing',
      'DELETE FROM chunk WHERE piece = 1 AND message_id IN (SELECT id FROM message WHERE size = 300000)',
      'is not what came in',
    ],
    ['a piece of a large message is missing', 'DELETE FROM chunk WHERE piece = 150', 'Octets of message'],
    ['a copy is of a message that is gone', 'UPDATE message SET gone_at = 1 WHERE size = 5', 'of a message that is gone'],
  ] as const) {
    it(`finds that ${what}`, async () => {
      await place.database.query(damage);
      const error = await failureOf(store.quickCheck());
      expect(error).to.include({ code: 'data/corrupt' });
      expect(error.message).to.include(found);
    });
  }
});
