// What every store promises of the mailboxes that it serves.
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { StorePlace, TestedStore } from './testedStore.js';
import { ANDREW, GREG, mail, openMaildrop, pickUp, put } from './testMail.js';

export function maildropSuite(engine: string, make: () => Promise<StorePlace>): void {
  describe(`Maildrops on ${engine}`, () => {
    let place: StorePlace;
    let store: TestedStore;
    beforeEach(async () => {
      place = await make();
      store = await place.open();
    });
    afterEach(() => place.dispose());

    it('P17 lets one session in at a time, in any case of letters', async () => {
      await put(store, { to: [ANDREW] });
      const first = await openMaildrop(store, ANDREW);
      expect(await store.maildrops.open({ account: 'company', user: 'ANDREW' })).to.equal('in-use');
      expect(await store.maildrops.open(GREG)).to.not.equal('in-use');
      await first.close();
      await (await openMaildrop(store, ANDREW)).close();
    });

    it('P24 does not show mail that arrives in the session', async () => {
      await put(store, { to: [ANDREW] });
      const maildrop = await openMaildrop(store, ANDREW);
      await put(store, { to: [ANDREW] });
      expect(maildrop.messages.count).to.equal(1);
      await maildrop.close();
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
      const maildrop = await openMaildrop(store, ANDREW);
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
      await maildrop.close();
    });

    it('says which messages are missing, and never serves another in their place', async () => {
      for (const text of ['one', 'two', 'three']) await put(store, { to: [ANDREW], text });
      const maildrop = await openMaildrop(store, ANDREW);
      await maildrop.remove([2]);
      const pieces: string[] = [];
      for await (const piece of maildrop.read([1, 2, 3]))
        pieces.push(piece.missing ? `${piece.number} missing` : `${piece.number} ${String(piece.octets)}`);
      expect(pieces).to.deep.equal(['1 one', '2 missing', '3 three']);
      await maildrop.close();
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
        await place.close(store);
        store = await place.open();
        await store.mailStore.renameMailbox(ANDREW, GREG);
        expect((await pickUp(store, GREG)).map((message) => message.uidl)).to.deep.equal(uidls);
        expect(await pickUp(store, ANDREW)).to.deep.equal([]);
        await store.mailStore.renameMailbox(GREG, ANDREW);
        const maildrop = await openMaildrop(store, ANDREW);
        await maildrop.remove([1, 2]);
        await maildrop.close();
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

    it('shows at once what a client of this server has picked up', async () => {
      const units = [await mail(store, { to: [ANDREW] }), await mail(store, { to: [ANDREW] })];
      for (const unit of units) await store.mailStore.commit(unit);
      const [first = '', second = ''] = units.map(({ body }) => body.id);
      const maildrop = await openMaildrop(store, ANDREW);
      maildrop.picked([1], '192.0.2.7');
      expect((await store.mailStore.copies(first))[0]?.client).to.equal('192.0.2.7');
      maildrop.picked([2], '192.0.2.8');
      expect((await store.mailStore.mailboxes())[0]?.lastClient).to.equal('192.0.2.8');
      maildrop.picked([2], '192.0.2.9');
      expect((await store.mailStore.trace(second, 1))[0]?.copies[0]?.client).to.equal('192.0.2.9');
      await maildrop.close();
    });

    it('notes pick-ups with a later commit and tells who listens', async () => {
      await place.close(store);
      const told: string[] = [];
      store = await place.open({ onPickedUp: (mailbox, messages) => void told.push(`${mailbox.user} ${messages}`) });
      await put(store, { to: [ANDREW] });
      await put(store, { to: [ANDREW] });
      const maildrop = await openMaildrop(store, ANDREW);
      maildrop.picked([1], '192.0.2.7');
      maildrop.picked([2], '192.0.2.7');
      await maildrop.close();
      await store.settle();
      expect(told).to.deep.equal(['andrew 2']);
      const [summary] = await store.mailStore.mailboxes();
      expect(summary?.lastClient).to.equal('192.0.2.7');
      expect(summary?.lastPickedUp).to.be.instanceOf(Date);
    });
  });
}
