// Everything from SQLite to PostgreSQL and back to SQLite is the same, record by record.

import { SystemClock } from '@postroom/sdk/base';
import type { StoreTransfer, TransferTarget } from '@postroom/sdk/services';
import { ANDREW, allRecords, fillStore, GREG, moveAll, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import { copyEverything } from '#plugins/platform/store-commands/dist/copyEverything.js';
import { failureOf } from '../../../kit/failureOf.js';
import type { Cluster } from '../../../kit/postgres/cluster.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';
import { corpusMessages, NO_CORPUS } from '../../../peers/corpus.js';
import { PostgresPlace } from '../../store-postgres/postgresPlace.js';
import { StoreFixture } from '../store-sqlite/storeFixture.js';

describe('Everything from SQLite to PostgreSQL and back', () => {
  let cluster: Cluster;
  let former: StoreFixture;
  let between: PostgresPlace;
  let last: StoreFixture;
  before(async function () {
    cluster = await testCluster(this);
  });
  beforeEach(async () => {
    former = await StoreFixture.make();
    between = await PostgresPlace.make(cluster);
    last = await StoreFixture.make();
  });
  afterEach(async () => {
    for (const place of [former, between, last]) await place.dispose();
  });

  async function expectSame(): Promise<void> {
    await moveAll(former.transfer, between.transfer);
    await moveAll(between.transfer, last.transfer);
    const [one, two, three] = [await allRecords(former.transfer), await allRecords(between.transfer), await allRecords(last.transfer)];
    expect(two.slice(0, -1)).to.deep.equal(one.slice(0, -1));
    expect(three.slice(0, -1)).to.deep.equal(one.slice(0, -1));
  }

  it('is the same record by record, of every kind', async () => {
    await fillStore(former);
    await expectSame();
  });

  it('is the same with real letters of twenty years', async function () {
    if (NO_CORPUS !== undefined) {
      console.warn(`      Skipped: ${NO_CORPUS}`);
      return this.skip();
    }
    const store = await former.open();
    for (const { octets, name } of corpusMessages(400)) {
      const subject = /^subject:[ \t]*(.*?)\r$/im.exec(octets.toString('latin1'))?.[1] ?? '';
      await put(store, { octets, to: [ANDREW, GREG], uidl: name, message: { subject: subject.slice(0, 200) } });
    }
    await former.close(store);
    await expectSame();
  });

  it('is told of where one thing differs, and the new store stays closed', async () => {
    await fillStore(former);
    const tamper: readonly (readonly [string, RegExp])[] = [
      [
        'UPDATE placement SET tag = tag + 1 WHERE id = 1',
        /copy 1 of message \d+ of the database in .* is not what the database p\w+ at .* has/,
      ],
      [
        'UPDATE chunk SET octets = set_byte(octets, 3, 77) WHERE message_id = (SELECT max(message_id) FROM chunk)',
        /octets of message \d+ .* are not those that came in/,
      ],
      ["DELETE FROM plugin_state WHERE key = 'soon'", /is not what .* has: .* of the settings/],
      ["INSERT INTO settings_revision (id, at, author, text) VALUES (99, 0, '', '')", /is not what .* has: version 99 of the settings/],
    ];
    for (const [change, sentence] of tamper) {
      const failure = await failureOf(copied(former.transfer, between.transfer, () => between.database.query(change)));
      expect(failure).to.have.property('code', 'data/corrupt');
      expect(failure.message).to.match(sentence);
      expect(failure.message).to.include('The copy is not finished');
      expect(await failureOf(between.open())).to.have.property('code', 'data/unfinished');
    }
    await former.close(await former.open());
    const { counts, hashed } = await copied(former.transfer, between.transfer, () => Promise.resolve());
    expect(hashed).to.equal((counts.get('message') ?? 0) - 1);
  });
});

/** `meanwhile`: between the copy and the comparison. */
async function copied(from: StoreTransfer, to: StoreTransfer, meanwhile: () => Promise<unknown>): ReturnType<typeof copyEverything> {
  const source = await from.openSource();
  try {
    const target = await to.openTarget();
    const changed: TransferTarget = {
      census: () => target.census(),
      records: (what) => target.records(what),
      take: async (records) => {
        await target.take(records);
        await meanwhile();
      },
      finish: () => target.finish(),
      close: () => target.close(),
    };
    try {
      return await copyEverything(
        { from, to, source, target: changed },
        () => true,
        new SystemClock(),
        () => undefined,
      );
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
