// What every store promises of a server that is killed: what it promised is there, and the rest whole or not at all. Its next process takes over what it left.
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { IntakeUnit } from '../../services.js';
import { needs } from './needs.js';
import { update } from './outboxSuite.js';
import type { StorePlace, TestedStore } from './testedStore.js';
import { ANDREW, CAROLYN, GREG, mail, octetsOf, openMaildrop, outboxDraft, pickUp, put } from './testMail.js';
import { until } from './waiting.js';

const HOUR = 3_600_000;
const LARGE = Buffer.alloc(3 * 2 ** 20, 'large\r\n');

export function endSuite(engine: string, make: () => Promise<StorePlace>): void {
  describe(`The end of a server on ${engine}`, () => {
    let place: StorePlace;
    let store: TestedStore;
    beforeEach(async () => {
      place = await make();
      store = await place.open({ server: 'north' });
    });
    afterEach(() => place.dispose());

    it('takes nothing that was promised, and leaves nothing half, wherever it comes', async function () {
      needs(this, place, 'endOf');
      const promised = new Map<string, IntakeUnit>();
      for (let end = 0; end < 8; end += 1) {
        const server = store;
        const units = await Promise.all(
          Array.from({ length: 30 }, (_, n) =>
            mail(server, {
              to: [ANDREW, GREG, CAROLYN],
              uidl: `${end} ${n}`,
              outbox: [outboxDraft('bob@far.example')],
              octets: n % 7 === 3 ? LARGE : Buffer.from(`Subject: ${end} ${n}\r\n\r\n`),
            }),
          ),
        );
        const enough = new Promise<void>((resolve) => {
          let left = 1 + 4 * end;
          for (const unit of units) {
            const note = (): void => {
              if (left > 0) promised.set(unit.body.id, unit);
              if (--left === 0) resolve();
            };
            server.mailStore.commit(unit).then(note, () => undefined);
          }
        });
        await enough;
        await place.endOf(server);
        store = await place.open({ server: 'north' });
        await store.quickCheck();
        const present = await store.mailStore.recent(1_000);
        expect(present.map(({ id }) => id)).to.include.members([...promised.keys()]);
        for (const { id, contentHash } of present) {
          expect(
            createHash('sha256')
              .update(await octetsOf(store.mailStore.read(id)))
              .digest('hex'),
          ).to.equal(contentHash);
        }
        const journal = await store.journal.entries('company');
        expect([...journal.keys()].sort()).to.deep.equal(present.map(({ uidl }) => uidl ?? '').sort());
        expect(store.outbox.counts()).to.include({ messages: present.length, recipients: present.length });
        for (const mailbox of [ANDREW, GREG, CAROLYN]) expect(await pickUp(store, mailbox)).to.have.length(present.length);
      }
    });

    it('leaves octets that came in ahead of their commit to the next process, which removes them', async function () {
      needs(this, place, 'endOf', 'halves');
      await mail(store, { octets: LARGE });
      const whole = await mail(store, { octets: LARGE, to: [ANDREW] });
      await store.mailStore.commit(whole);
      expect(await place.halves()).to.equal(1);
      await place.endOf(store);
      store = await place.open({ server: 'north' });
      await until('the octets are gone', async () => (await place.halves?.()) === 0);
      expect((await octetsOf(store.mailStore.read(whole.body.id))).equals(LARGE)).to.equal(true);
    });

    it('gives its leases to its next process at once', async function () {
      needs(this, place, 'endOf');
      await put(store, { to: [ANDREW] });
      const former = await store.leases.take('round/company');
      await openMaildrop(store, ANDREW);
      await place.endOf(store);
      store = await place.open({ server: 'north' });
      const lease = await store.leases.take('round/company');
      expect(lease?.fence.lease).to.equal(former?.fence.lease);
      await (await openMaildrop(store, ANDREW)).close();
      expect((await store.leases.servers()).map(({ name, isThis }) => [name, isThis])).to.deep.equal([['north', true]]);
    });

    it('gives what it was sending to its next process at once, and tells what is in doubt', async function () {
      needs(this, place, 'endOf');
      await put(store, { outbox: [outboxDraft('bob@far.example'), outboxDraft('eve@far.example'), outboxDraft('dan@far.example')] });
      const [bob, eve] = await store.outbox.lease({ limit: 2, forMs: HOUR });
      if (bob === undefined || eve === undefined) throw new Error('not due');
      await store.outbox.enterDoubt([bob]);
      await place.endOf(store);
      store = await place.open({ server: 'north' });
      const left = await store.outbox.recover(HOUR);
      expect(left.map(({ recipient, inDoubt }) => [recipient, inDoubt])).to.deep.equal([
        ['bob@far.example', true],
        ['eve@far.example', undefined],
      ]);
      expect((await store.outbox.lease({ limit: 10, forMs: HOUR })).map(({ recipient }) => recipient)).to.deep.equal([
        'eve@far.example',
        'dan@far.example',
      ]);
      for (const entry of left.slice(0, 1)) await store.outbox.report([{ ...update(entry, 'held'), doubtful: true }]);
      expect((await store.outbox.list())[0]).to.include({ state: 'held', doubts: 1 });
    });
  });
}
