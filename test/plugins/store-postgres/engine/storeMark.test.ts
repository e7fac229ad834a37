// Why no server starts on a database: the mark, for servers that know of marks and for those that don't.
import { fillStore } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import { failureOf } from '../../../kit/failureOf.js';
import type { Cluster } from '../../../kit/postgres/cluster.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';
import { PostgresPlace } from '../postgresPlace.js';

describe('The mark of a database that was copied', () => {
  let cluster: Cluster;
  let place: PostgresPlace;
  before(async function () {
    cluster = await testCluster(this);
  });
  beforeEach(async () => {
    place = await PostgresPlace.make(cluster);
  });
  afterEach(() => place.dispose());

  const meta = async (): Promise<unknown> => (await place.database.query('SELECT oldest, mark FROM meta'))[0];
  async function retire(): Promise<void> {
    const source = await place.transfer.openSource();
    await source.retire({ to: 'sqlite', at: new Date('2026-11-23T09:00:00Z') });
    await source.close();
  }

  it('keeps servers away that are too old to know of it, and leaves nothing behind when it goes', async () => {
    await fillStore(place);
    const before = await meta();
    expect(before).to.have.property('mark', null);
    await retire();
    expect(await meta())
      .to.have.property('oldest')
      .that.is.greaterThan(1000);
    await place.transfer.takeUp();
    expect(await meta()).to.deep.equal(before);
    await retire();
    await place.transfer.takeUp();
    expect(await meta()).to.deep.equal(before);
  });

  it('is not written where a server came upon the database meanwhile', async () => {
    await fillStore(place);
    const source = await place.transfer.openSource();
    await place.database.query(
      "INSERT INTO server (id, name, since, heard_at, until) VALUES (nextval('token'), 'old', 0, 0, 99999999999999)",
    );
    const failure = await failureOf(source.retire({ to: 'sqlite', at: new Date() }));
    expect(failure.message).to.include('Servers are on this database').and.to.include('"old"');
    await source.close();
    expect(await meta()).to.have.property('mark', null);
  });

  it('refuses a server that gave signs of life again while everything is copied', async () => {
    const store = await place.open();
    const goOn = await place.pause(store);
    await place.database.query('DELETE FROM server');
    const source = await place.transfer.openSource();
    await goOn();
    expect(await failureOf(store.reopen())).to.have.property('code', 'data/locked');
    await source.close();
    await store.reopen();
  });
});
