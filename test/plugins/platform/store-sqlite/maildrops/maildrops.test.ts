// Maildrops whose rows somebody else changed, or filled, behind the store's back.
import { ANDREW, GREG, openMaildrop, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import { Connection } from '#plugins/platform/store-sqlite/dist/engine/connection.js';
import type { SqliteStore } from '#plugins/platform/store-sqlite/dist/sqliteStore.js';
import { StoreFixture } from '../storeFixture.js';

describe('The rows of maildrops on SQLite', () => {
  let fixture: StoreFixture;
  let store: SqliteStore;
  beforeEach(async () => {
    fixture = await StoreFixture.make();
    store = await fixture.open();
  });
  afterEach(() => fixture.dispose());

  it('F26 fails for the message whose octets are damaged, and serves the others', async () => {
    for (const text of ['one', 'two', 'three']) await put(store, { to: [ANDREW], text });
    await fixture.close(store);
    const connection = await Connection.open(store.path, 'write');
    await connection.run('DELETE FROM chunk WHERE id = 2 << 20');
    await connection.close();
    store = await fixture.open();
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
    const both = await Promise.all([ANDREW, GREG].map((mailbox) => openMaildrop(store, mailbox)));
    for (const [place, maildrop] of both.entries()) {
      maildrop.picked(place === 0 ? [1] : [1, 2], `192.0.2.${place + 1}`);
      await maildrop.close();
    }
    await store.settle();
    const summaries = await store.mailStore.mailboxes();
    expect(summaries.map(({ mailbox, lastClient }) => [mailbox.user, lastClient])).to.have.deep.members([
      ['andrew', '192.0.2.1'],
      ['greg', '192.0.2.2'],
    ]);
    const connection = await Connection.open(store.path, 'read');
    const rows = await connection.all<{ client: string }>('SELECT client FROM placement WHERE picked_up_at IS NOT NULL ORDER BY client');
    await connection.close();
    expect(rows.map(({ client }) => client)).to.deep.equal(['192.0.2.1', '192.0.2.2', '192.0.2.2']);
  });

  it('takes a snapshot of 100,000 messages', async function () {
    this.timeout(60_000);
    await put(store, { to: [ANDREW], text: 'first' });
    await fixture.close(store);
    const connection = await Connection.open(store.path, 'write');
    await connection.run(`INSERT INTO placement (mailbox_id, message_id, prefix, size, tag, placed_at)
      WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT 1, 1, x'', i, 4294967295 - i, 0 FROM n`);
    await connection.close();
    store = await fixture.open();
    const maildrop = await openMaildrop(store, ANDREW);
    const { messages } = maildrop;
    expect(messages.count).to.equal(100_000);
    expect([messages.size(1), messages.size(8_193), messages.size(100_000)]).to.deep.equal([5, 8_193, 100_000]);
    expect(messages.uidl(100_000)).to.equal(`${(100_000).toString(36)}.${(4294967295 - 100_000).toString(16)}`);
    expect(() => messages.size(100_001)).to.throw(RangeError);
    await maildrop.close();
  });
});
