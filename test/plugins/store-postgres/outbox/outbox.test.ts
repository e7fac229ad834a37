// Senders on several servers.
import type { OutboxEntry, OutboxUpdate } from '@postroom/sdk/services';
import { outboxDraft, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import type { PostgresStore } from '#plugins/store-postgres/dist/postgresStore.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';
import { until } from '../../../kit/until.js';
import { PostgresPlace } from '../postgresPlace.js';

const MINUTE = 60_000;

describe('The Outbox of two servers on PostgreSQL', () => {
  let place: PostgresPlace;
  let one: PostgresStore;
  let two: PostgresStore;
  beforeEach(async function () {
    place = await PostgresPlace.make(await testCluster(this));
    one = await place.open({ server: 'a' });
    two = await place.open({ server: 'b' });
  });
  afterEach(() => place?.dispose());

  const count = async (table: string): Promise<number> =>
    Number((await place.database.query(`SELECT count(*) AS count FROM ${table}`))[0]?.['count']);
  const sent = ({ id, lease = 0, recipient }: OutboxEntry): OutboxUpdate => ({
    id,
    lease,
    outcome: 'sent',
    receipt: { recipient, outcome: 'delivered', status: '2.0.0', text: '' },
    nextTryAt: undefined,
  });

  it('sends nothing twice, and lets the octets go in the end', async () => {
    for (let n = 0; n < 40; n += 1)
      await put(one, { outbox: Array.from({ length: 5 }, (_, each) => outboxDraft(`${n}.${each}@far.example`)) });
    const went: number[] = [];
    const send = async ({ outbox }: PostgresStore): Promise<void> => {
      for (
        let entries = await outbox.lease({ limit: 7, forMs: MINUTE });
        entries.length > 0;
        entries = await outbox.lease({ limit: 7, forMs: MINUTE })
      ) {
        await outbox.enterDoubt(entries);
        went.push(...entries.map(({ id }) => id));
        await outbox.report(entries.map(sent));
      }
    };
    await Promise.all([send(one), send(one), send(two), send(two)]);
    expect([went.length, new Set(went).size]).to.deep.equal([200, 200]);
    expect([await count('outbox'), await count('chunk'), await count('message WHERE gone_at IS NULL')]).to.deep.equal([0, 0, 0]);
    await until('both know that nothing waits', () => [one, two].every((store) => store.outbox.counts().recipients === 0));
  });

  it('writes into the trail of a message what several senders made of it at once', async () => {
    await put(one, { outbox: Array.from({ length: 8 }, (_, each) => outboxDraft(`${each}@far.example`)) });
    const stores = [one, two, one, two, one, two, one, two];
    const entries: OutboxEntry[] = [];
    for (const store of stores) entries.push(...(await store.outbox.lease({ limit: 1, forMs: MINUTE })));
    await Promise.all(entries.map(async (entry, index) => stores[index]?.outbox.report([sent(entry)])));
    const [message] = await one.mailStore.trace('Offer', 1);
    expect(message?.trail.filter(({ tap }) => tap === 'postroom/outbox')).to.have.length(8);
  });
});
