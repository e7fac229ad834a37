import { ANDREW, GREG, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import type { PostgresStore } from '#plugins/store-postgres/dist/postgresStore.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';
import { PostgresPlace } from '../postgresPlace.js';

describe('The last copy of a message on PostgreSQL', () => {
  let place: PostgresPlace;
  let store: PostgresStore;
  beforeEach(async function () {
    place = await PostgresPlace.make(await testCluster(this));
    store = await place.open();
  });
  afterEach(() => place?.dispose());

  it('takes the octets along, though two sessions delete the last two at once', async () => {
    for (let n = 0; n < 30; n += 1) await put(store, { to: [ANDREW, GREG] });
    const drops = await Promise.all([ANDREW, GREG].map((mailbox) => store.maildrops.open(mailbox)));
    await Promise.all(
      drops.map(async (drop) => {
        if (drop === 'in-use') throw new Error('in use');
        await Promise.all(Array.from({ length: 30 }, (_, n) => drop.remove([n + 1])));
        await drop.close();
      }),
    );
    expect(await place.database.query('SELECT 1 FROM chunk')).to.deep.equal([]);
    expect((await store.census()).messages).to.equal(0);
  });
});
