// An Outbox of 100,000 entries, filled behind the store's back.

import { outboxDraft, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import { Connection } from '#plugins/platform/store-sqlite/dist/engine/connection.js';
import type { SqliteStore } from '#plugins/platform/store-sqlite/dist/sqliteStore.js';
import { StoreFixture } from '../storeFixture.js';

describe('A long Outbox on SQLite', () => {
  let fixture: StoreFixture;
  let store: SqliteStore;
  beforeEach(async () => {
    fixture = await StoreFixture.make();
    store = await fixture.open();
    await put(store, { outbox: [outboxDraft('bob@far.example'), outboxDraft('eve@far.example')] });
    await put(store, { outbox: [outboxDraft('dan@far.example')] });
  });
  afterEach(() => fixture.dispose());

  it('R56 takes the first of 100,000 at a time, and knows their number without reading them', async function () {
    this.timeout(120_000);
    const [one] = await store.outbox.list();
    await fixture.close(store);
    const connection = await Connection.open(store.path, 'write');
    await connection.run(
      `WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 100000)
        INSERT INTO outbox (message_id, account, sender, recipient, prefix, dsn, state, queued_at, next_try_at)
        SELECT message_id, account, sender, 'r' || n || '@far.example', prefix, dsn, 'waiting', queued_at, next_try_at
        FROM outbox CROSS JOIN number WHERE id = ?`,
      [one?.id ?? 0],
    );
    await connection.close();
    store = await fixture.open();
    expect(store.outbox.counts()).to.include({ messages: 2, recipients: 100_003 });
    const some = { limit: 200, forMs: 60_000 };
    expect(await store.outbox.lease(some)).to.have.length(200);
    const next = await store.outbox.lease(some);
    expect(next[0]?.recipient).to.equal('r198@far.example');
    await store.outbox.release(next);
    await store.reopen();
    expect(store.outbox.counts()).to.include({ messages: 2, recipients: 100_003 });
  });

  it('takes over what an older version was sending, which had no numbers for tries', async () => {
    await fixture.close(store);
    const connection = await Connection.open(store.path, 'write');
    const later = Date.now() + 3_600_000;
    await connection.run(`UPDATE outbox SET state = 'sending', lease_until = ?, in_doubt = 1 WHERE recipient = 'bob@far.example'`, [later]);
    await connection.close();
    store = await fixture.open();
    const [bob, ...others] = await store.outbox.recover(60_000);
    expect(others).to.deep.equal([]);
    expect(bob).to.include({ recipient: 'bob@far.example', inDoubt: true });
    expect(bob?.lease).to.be.above(0);
  });
});
