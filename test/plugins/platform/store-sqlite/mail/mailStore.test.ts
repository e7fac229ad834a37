// Rows of the mail store: what is stored once, and what goes when nothing needs it any more.

import { ANDREW, CAROLYN, describeMail, GREG, mail, octetsOf, openMaildrop, outboxDraft, pickUp, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import { Connection } from '#plugins/platform/store-sqlite/dist/engine/connection.js';
import type { SqliteStore } from '#plugins/platform/store-sqlite/dist/sqliteStore.js';
import { StoreFixture } from '../storeFixture.js';

const KEY = Buffer.alloc(16, 7);

describe('The rows of MailStore on SQLite', () => {
  let fixture: StoreFixture;
  let store: SqliteStore;
  beforeEach(async () => {
    fixture = await StoreFixture.make();
    store = await fixture.open();
  });
  afterEach(() => fixture.dispose());

  async function count(table: string): Promise<number> {
    const connection = await Connection.open(store.path, 'read');
    const row = await connection.get<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`);
    await connection.close();
    return row?.rows ?? -1;
  }

  it('fails one unit of a group without failing the others', async () => {
    const units = await Promise.all([0, 1, 2, 3, 4].map((n) => mail(store, { to: [ANDREW], uidl: `u${n}` })));
    const bad = await mail(store, { to: [ANDREW], uidl: 'bad', message: { origin: undefined as never } });
    const results = await Promise.allSettled([...units.slice(0, 2), bad, ...units.slice(2)].map((unit) => store.mailStore.commit(unit)));
    expect(results.map((result) => result.status)).to.deep.equal([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
    expect(await pickUp(store, ANDREW)).to.have.length(5);
    expect([...(await store.journal.entries('company')).keys()]).to.deep.equal(['u0', 'u1', 'u2', 'u3', 'u4']);
    expect(await count('message')).to.equal(5);
    expect(await count('chunk')).to.equal(5);
  });

  it('leaves out what a mailbox took before, and what it takes in the same group', async () => {
    await put(store, { to: [ANDREW], duplicateKey: KEY });
    const results = await Promise.all([
      put(store, { to: [ANDREW, GREG], duplicateKey: KEY }),
      put(store, { to: [GREG, CAROLYN], duplicateKey: KEY }),
      put(store, { to: [CAROLYN], duplicateKey: KEY, uidl: 'third' }),
    ]);
    expect(results).to.deep.equal([
      { placed: [GREG], duplicates: [ANDREW] },
      { placed: [CAROLYN], duplicates: [GREG] },
      { placed: [], duplicates: [CAROLYN] },
    ]);
    expect(await count('chunk'), "the third message is nobody's").to.equal(3);
    expect((await store.journal.entries('company')).get('third')?.state).to.equal('stored');
    expect(await store.mailStore.trace('third', 5)).to.have.length(1);
  });

  it('stores one body for 64 mailboxes, and lets go of it with the last copy', async () => {
    const everybody = Array.from({ length: 64 }, (_, n) => ({ account: 'company', user: `user${n}` }));
    await put(store, { to: everybody });
    expect([await count('chunk'), await count('placement')]).to.deep.equal([1, 64]);
    for (const mailbox of everybody) {
      expect(await count('chunk')).to.equal(1);
      const maildrop = await openMaildrop(store, mailbox);
      await maildrop.remove([1]);
      await maildrop.close();
    }
    expect(await count('chunk')).to.equal(0);
    expect((await store.mailStore.trace('user63', 1))[0]?.copies).to.have.length(64);
  });

  it('keeps a message that the Outbox still holds', async () => {
    const unit = await mail(store, { to: [ANDREW], outbox: [outboxDraft('bob@far.example')] });
    await store.mailStore.commit(unit);
    const maildrop = await openMaildrop(store, ANDREW);
    await maildrop.remove([1]);
    await maildrop.close();
    expect(await count('chunk')).to.equal(1);
    const [entry] = await store.outbox.lease({ limit: 10, forMs: 1_000 });
    const receipt = { recipient: 'bob@far.example', outcome: 'delivered', status: '2.0.0', text: 'ok' } as const;
    await store.outbox.report([{ id: entry?.id ?? 0, outcome: 'sent', receipt, nextTryAt: undefined }]);
    expect(await count('chunk')).to.equal(0);
    expect((await store.mailStore.trace(unit.body.id, 1))[0]?.trail.at(-1)?.change).to.equal('sent bob@far.example');
  });

  it('removes spilled octets when a message is discarded, and at the next start after a crash', async () => {
    const discarded = await store.mailStore.stage();
    await discarded.append(Buffer.alloc(3 * 2 ** 20));
    expect(await count('chunk')).to.equal(12);
    await discarded.discard();
    expect(await count('chunk')).to.equal(0);

    const orphan = await store.mailStore.stage();
    await orphan.append(Buffer.alloc(3 * 2 ** 20));
    const large = await store.mailStore.stage();
    await large.append(Buffer.alloc(3 * 2 ** 20));
    await store.mailStore.commit(describeMail(large, 'ab'.repeat(32), { to: [ANDREW] }));
    await fixture.close(store);
    store = await fixture.open();
    expect([await count('chunk'), await count('spill')]).to.deep.equal([12, 0]);
    expect((await octetsOf(store.mailStore.read(large.id))).length).to.equal(3 * 2 ** 20);
  });
});
