import type { Maildrop } from '@postroom/sdk/services';
import { expect } from 'chai';
import { Connection } from '#core/store/sqlite/connection.js';
import type { SqliteStore } from '#core/store/sqlite/sqliteStore.js';
import { ANDREW, GREG, pickUp, put, StoreFixture } from './storeFixture.js';

describe('Maildrops on SQLite', () => {
  let fixture: StoreFixture;
  let store: SqliteStore;
  beforeEach(async () => {
    fixture = await StoreFixture.make();
    store = await fixture.open();
  });
  afterEach(() => fixture.dispose());

  async function openMaildrop(): Promise<Maildrop> {
    const maildrop = await store.maildrops.open(ANDREW);
    if (maildrop === 'in-use') throw new Error('The maildrop is in use.');
    return maildrop;
  }

  it('P17 lets one session in at a time, in any case of letters', async () => {
    await put(store, { to: [ANDREW] });
    const first = await openMaildrop();
    expect(await store.maildrops.open({ account: 'company', user: 'ANDREW' })).to.equal('in-use');
    expect(await store.maildrops.open(GREG)).to.not.equal('in-use');
    first.close();
    (await openMaildrop()).close();
  });

  it('P24 does not show mail that arrives in the session', async () => {
    await put(store, { to: [ANDREW] });
    const maildrop = await openMaildrop();
    await put(store, { to: [ANDREW] });
    expect(maildrop.messages.count).to.equal(1);
    maildrop.close();
    expect(await pickUp(store, ANDREW)).to.have.length(2);
  });

  it('P29 serves octets of the announced size, in the order asked for, small and large ones mixed', async () => {
    const sizes = [10, 0, 300_000, 256 * 1024, 256 * 1024 - 3, 1, 700_000, ...Array.from({ length: 80 }, (_, n) => n)];
    for (const [n, size] of sizes.entries()) {
      const message =
        size > 20 && n % 2 === 0
          ? {
              concealed: [
                { start: 3, end: 9 },
                { start: 1, end: 5 },
                { start: size - 2, end: size },
              ],
            }
          : {};
      await put(store, { to: [ANDREW], octets: Buffer.alloc(size, 97 + (n % 26)), prefix: `N: ${n}\r\n`, message });
    }
    const maildrop = await openMaildrop();
    const order = sizes.map((_, index) => sizes.length - index);
    order.push(1, 3, 1);
    const read: { number: number; octets: Buffer }[] = [];
    let pieces: Uint8Array[] = [];
    for await (const piece of maildrop.read(order)) {
      expect(piece.octets.length).to.be.at.most(256 * 1024);
      pieces.push(piece.octets);
      if (piece.last) {
        read.push({ number: piece.number, octets: Buffer.concat(pieces) });
        pieces = [];
      }
    }
    expect(read.map((message) => message.number)).to.deep.equal(order);
    for (const { number, octets } of read) {
      expect(octets.length, `message ${number}`).to.equal(maildrop.messages.size(number));
      expect(octets.toString('latin1').startsWith(`N: ${number - 1}\r\n`)).to.equal(true);
    }
    maildrop.close();
  });

  it('says which messages are missing, and never serves another in their place', async () => {
    for (const text of ['one', 'two', 'three']) await put(store, { to: [ANDREW], text });
    const maildrop = await openMaildrop();
    await maildrop.remove([2]);
    const pieces: string[] = [];
    for await (const piece of maildrop.read([1, 2, 3]))
      pieces.push(piece.missing ? `${piece.number} missing` : `${piece.number} ${String(piece.octets)}`);
    expect(pieces).to.deep.equal(['1 one', '2 missing', '3 three']);
    maildrop.close();
  });

  it('F26 fails for the message whose octets are damaged, and serves the others', async () => {
    for (const text of ['one', 'two', 'three']) await put(store, { to: [ANDREW], text });
    await fixture.close(store);
    const connection = await Connection.open(store.path, 'write');
    await connection.run('DELETE FROM chunk WHERE id = 2 << 20');
    await connection.close();
    store = await fixture.open();
    const maildrop = await openMaildrop();
    const served: number[] = [];
    const read = async (numbers: readonly number[]): Promise<void> => {
      for await (const piece of maildrop.read(numbers)) served.push(piece.number);
    };
    await read([1, 2, 3]).catch((error: unknown) => expect(error).to.have.property('code', 'data/corrupt'));
    await read([3]);
    expect(served).to.deep.equal([1, 3]);
    maildrop.close();
  });

  it('P44 keeps UIDLs over restarts and renamings, P45 never gives one twice, P46 tells identical messages apart', async () => {
    const seen = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      await put(store, { to: [ANDREW], text: 'the same' });
      await put(store, { to: [ANDREW], text: 'the same' });
      const uidls = (await pickUp(store, ANDREW)).map((message) => message.uidl);
      for (const uidl of uidls) {
        expect(seen.has(uidl)).to.equal(false);
        expect(uidl).to.match(/^[\x21-\x7e]{1,70}$/);
        seen.add(uidl);
      }
      await fixture.close(store);
      store = await fixture.open();
      await store.mailStore.renameMailbox(ANDREW, GREG);
      expect((await pickUp(store, GREG)).map((message) => message.uidl)).to.deep.equal(uidls);
      expect(await pickUp(store, ANDREW)).to.deep.equal([]);
      await store.mailStore.renameMailbox(GREG, ANDREW);
      const maildrop = await openMaildrop();
      await maildrop.remove([1, 2]);
      maildrop.close();
    }
    expect(seen.size).to.equal(6);
  });

  it('joins two mailboxes when one gets the name of the other', async () => {
    await put(store, { to: [ANDREW], text: 'for Andrew' });
    await put(store, { to: [GREG], text: 'for Greg' });
    await store.mailStore.renameMailbox(GREG, ANDREW);
    expect((await pickUp(store, ANDREW)).map((message) => message.text)).to.deep.equal(['for Andrew', 'for Greg']);
    expect(await store.mailStore.mailboxes()).to.have.length(1);
  });

  it('notes pick-ups with a later commit and tells who listens', async () => {
    await fixture.close(store);
    const told: string[] = [];
    store = await fixture.open({ onPickedUp: (mailbox, messages) => void told.push(`${mailbox.user} ${messages}`) });
    await put(store, { to: [ANDREW] });
    await put(store, { to: [ANDREW] });
    const maildrop = await openMaildrop();
    maildrop.picked([1], '192.0.2.7');
    maildrop.picked([2], '192.0.2.7');
    maildrop.close();
    await store.settle();
    expect(told).to.deep.equal(['andrew 2']);
    const [summary] = await store.mailStore.mailboxes();
    expect(summary?.lastClient).to.equal('192.0.2.7');
    expect(summary?.lastPickedUp).to.be.instanceOf(Date);
  });

  it('notes the pick-ups of several sessions at once, each with its client', async () => {
    await put(store, { to: [ANDREW, GREG] });
    await put(store, { to: [GREG] });
    const both = await Promise.all([ANDREW, GREG].map((mailbox) => store.maildrops.open(mailbox)));
    for (const [place, maildrop] of both.entries()) {
      if (maildrop === 'in-use') throw new Error('in use');
      maildrop.picked(place === 0 ? [1] : [1, 2], `192.0.2.${place + 1}`);
      maildrop.close();
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
    const { messages, close } = await openMaildrop().then((maildrop) => ({ messages: maildrop.messages, close: () => maildrop.close() }));
    expect(messages.count).to.equal(100_000);
    expect([messages.size(1), messages.size(8_193), messages.size(100_000)]).to.deep.equal([5, 8_193, 100_000]);
    expect(messages.uidl(100_000)).to.equal(`${(100_000).toString(36)}.${(4294967295 - 100_000).toString(16)}`);
    expect(() => messages.size(100_001)).to.throw(RangeError);
    close();
  });
});
