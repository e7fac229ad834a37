// Mailboxes that two servers have open, or whose rows somebody changed, or filled, behind the store's back.
import { ANDREW, GREG, openMaildrop, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import type { PostgresStore } from '#plugins/store-postgres/dist/postgresStore.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';
import { PostgresPlace } from '../postgresPlace.js';

describe('The rows of maildrops on PostgreSQL', () => {
  let place: PostgresPlace;
  let store: PostgresStore;
  beforeEach(async function () {
    place = await PostgresPlace.make(await testCluster(this));
    store = await place.open();
  });
  afterEach(() => place?.dispose());

  const count = async (table: string): Promise<number> =>
    Number((await place.database.query(`SELECT count(*) AS count FROM ${table}`))[0]?.['count']);

  it('F26 fails for the message whose octets are damaged, and serves the others', async () => {
    for (const text of ['one', 'two', 'three']) await put(store, { to: [ANDREW], text });
    await place.database.query(`UPDATE chunk SET octets = 'tw' WHERE octets = 'two'`);
    const maildrop = await openMaildrop(store, ANDREW);
    const served: number[] = [];
    const read = async (numbers: readonly number[]): Promise<void> => {
      for await (const piece of maildrop.read(numbers)) served.push(piece.number);
    };
    await read([1, 2, 3]).catch((error: unknown) => expect(error).to.have.property('code', 'data/corrupt'));
    await read([3]);
    expect(served).to.deep.equal([1, 3]);
    await maildrop.close();
  });

  it('notes the pick-ups of several sessions at once, each with its client', async () => {
    await put(store, { to: [ANDREW, GREG] });
    await put(store, { to: [GREG] });
    for (const [index, mailbox] of [ANDREW, GREG].entries()) {
      const maildrop = await openMaildrop(store, mailbox);
      maildrop.picked(index === 0 ? [1] : [1, 2], `192.0.2.${index + 1}`);
      await maildrop.close();
    }
    await store.settle();
    const summaries = await store.mailStore.mailboxes();
    expect(summaries.map(({ mailbox, lastClient }) => [mailbox.user, lastClient])).to.have.deep.members([
      ['andrew', '192.0.2.1'],
      ['greg', '192.0.2.2'],
    ]);
    const rows = await place.database.query('SELECT client FROM placement WHERE picked_up_at IS NOT NULL ORDER BY client');
    expect(rows.map(({ client }) => client)).to.deep.equal(['192.0.2.1', '192.0.2.2', '192.0.2.2']);
  });

  it('writes nothing for what the same client picks up once more', async () => {
    await put(store, { to: [ANDREW] });
    const read = async (client: string): Promise<unknown> => {
      const maildrop = await openMaildrop(store, ANDREW);
      maildrop.picked([1], client);
      await maildrop.close();
      await store.settle();
      return (await place.database.query('SELECT xmin::text, client, picked_up_at FROM placement'))[0];
    };
    const first = await read('192.0.2.1');
    expect(await read('192.0.2.1')).to.deep.equal(first);
    expect(await read('192.0.2.2')).to.include({ client: '192.0.2.2', picked_up_at: (first as { picked_up_at: string }).picked_up_at });
  });

  it('takes a snapshot of 100,000 messages', async () => {
    await put(store, { to: [ANDREW], text: 'first' });
    await place.database.query(
      `INSERT INTO placement (mailbox_id, message_id, prefix, size, tag, placed_at)
        SELECT mailbox_id, message_id, '', n, 4294967295 - n, 0 FROM placement, generate_series(2, 100000) AS n ORDER BY n`,
    );
    const [last] = await place.database.query('SELECT max(id)::int AS id FROM placement');
    const maildrop = await openMaildrop(store, ANDREW);
    const { messages } = maildrop;
    expect(messages.count).to.equal(100_000);
    expect([messages.size(1), messages.size(8_193), messages.size(100_000)]).to.deep.equal([5, 8_193, 100_000]);
    expect(messages.uidl(100_000)).to.equal(`${Number(last?.['id']).toString(36)}.${(4_294_967_295 - 100_000).toString(16)}`);
    expect(() => messages.size(100_001)).to.throw(RangeError);
    await maildrop.close();
  });

  it('lets the octets go with the last copies, though two servers remove those at once', async () => {
    const other = await place.open({ server: 'b' });
    for (let n = 0; n < 20; n += 1) await put(store, { to: [ANDREW, GREG] });
    const [andrew, greg] = [await openMaildrop(store, ANDREW), await openMaildrop(other, GREG)];
    const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
    await Promise.all([andrew.remove(numbers), greg.remove(numbers.toReversed())]);
    expect([await count('chunk'), await count('message WHERE gone_at IS NULL')]).to.deep.equal([0, 0]);
    await andrew.close();
    await greg.close();
  });

  it('shows whose mailbox a lease is by the name that it has now', async () => {
    await put(store, { to: [ANDREW] });
    const maildrop = await openMaildrop(store, ANDREW);
    const empty = await openMaildrop(store, { account: undefined, user: 'ADMIN1' });
    const held = async (): Promise<unknown> => (await store.leases.servers())[0]?.holds.map(({ lease }) => lease);
    expect(await held()).to.deep.equal(['maildrop/admin1', 'maildrop/andrew@company']);
    await store.mailStore.renameMailbox(ANDREW, GREG);
    expect(await store.maildrops.open(GREG), 'the same mailbox').to.equal('in-use');
    expect(await held()).to.deep.equal(['maildrop/admin1', 'maildrop/greg@company']);
    await maildrop.close();
    await empty.close();
    expect(await held()).to.deep.equal([]);
  });
});
