// Rounds of several servers on one journal.
import { VirtualClock } from '@postroom/sdk/testing';
import { journalOf } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import type { PostgresStore } from '#plugins/store-postgres/dist/postgresStore.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';
import { PostgresPlace } from '../postgresPlace.js';

const HOUR = 3_600_000;

describe('The journal of two servers on PostgreSQL', () => {
  let clock: VirtualClock;
  let place: PostgresPlace;
  let one: PostgresStore;
  let two: PostgresStore;
  beforeEach(async function () {
    clock = new VirtualClock();
    place = await PostgresPlace.make(await testCluster(this));
    one = await place.open({ server: 'a', clock });
    two = await place.open({ server: 'b', clock });
    await one.journal.followClock();
    await two.journal.followClock();
    await (await journalOf(one)).attempt(['x']);
    await clock.advance(HOUR / 2);
  });
  afterEach(() => place?.dispose());

  async function age(): Promise<number> {
    return clock.now().getTime() - ((await one.journal.entries('company')).get('x')?.since.getTime() ?? Number.NaN);
  }

  it('F41 follows what one server missed of two jumps', async () => {
    clock.jump(5 * HOUR);
    await one.journal.followClock();
    clock.jump(-9 * HOUR);
    await two.journal.followClock();
    await one.journal.followClock();
    expect(await age()).to.equal(HOUR / 2);
  });

  it('F41 makes mail no older where a server joins behind a jump', async () => {
    clock.jump(400 * 24 * HOUR);
    const three = await place.open({ server: 'c', clock });
    await three.journal.followClock();
    await one.journal.followClock();
    await two.journal.followClock();
    expect(await age(), 'what it noted within the time of the jump counts as late as can be').to.be.within(0, HOUR / 2);
  });
});
