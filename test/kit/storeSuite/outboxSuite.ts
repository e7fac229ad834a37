// What every Outbox promises.
import type { OutboxUpdate } from '@postroom/sdk/services';
import { expect } from 'chai';
import { failureOf } from '../failureOf.js';
import type { StorePlace, TestedStore } from './testedStore.js';
import { draft, put } from './testMail.js';

export function outboxSuite(engine: string, make: () => Promise<StorePlace>): void {
  describe(`The Outbox on ${engine}`, () => {
    /** Behind what a test puts in, however long ago this file was loaded. */
    let now: Date;
    let place: StorePlace;
    let store: TestedStore;
    beforeEach(async () => {
      now = new Date(Date.now() + 60_000);
      place = await make();
      store = await place.open();
      await put(store, { outbox: [draft('bob@far.example'), draft('eve@far.example')] });
      await put(store, { outbox: [draft('dan@far.example')] });
    });
    afterEach(() => place.dispose());

    function update(id: number, outcome: OutboxUpdate['outcome'], nextTryAt?: Date): OutboxUpdate {
      const receipt = { recipient: 'x', outcome: outcome === 'sent' ? 'delivered' : 'failed', status: '4.4.1', text: 'busy' } as const;
      return { id, outcome, receipt, nextTryAt, delayNoticed: true };
    }

    it('R02 R24 leases in order of arrival, and nothing twice', async () => {
      const [first, second] = await Promise.all([store.outbox.lease(now, 60_000, 2), store.outbox.lease(now, 60_000, 2)]);
      expect(first.map((entry) => entry.recipient)).to.deep.equal(['bob@far.example', 'eve@far.example']);
      expect(second.map((entry) => entry.recipient)).to.deep.equal(['dan@far.example']);
      expect(first[0]).to.deep.include({ state: 'sending', attempts: 0, notify: ['FAILURE'], ret: undefined, account: 'company' });
      expect(String(first[0]?.prefix)).to.equal('Received: x\r\n');
    });

    it('R24 gives an entry to the next sender when its lease is over', async () => {
      await store.outbox.lease(now, 60_000, 10);
      expect(await store.outbox.lease(new Date(now.getTime() + 59_999), 60_000, 10)).to.have.length(0);
      expect(await store.outbox.lease(new Date(now.getTime() + 60_000), 60_000, 10)).to.have.length(3);
    });

    it('R23 gives leases of a crash back at start, with the counts right', async () => {
      const [one, two] = await store.outbox.lease(now, 3_600_000, 2);
      await store.outbox.report([update(one?.id ?? 0, 'deferred', now)]);
      await place.close(store);
      store = await place.open();
      expect(await store.outbox.recover()).to.have.length(1);
      expect(store.outbox.counts()).to.include({ messages: 2, recipients: 3, untried: 1 });
      expect((await store.outbox.list()).map((entry) => entry.state)).to.deep.equal(['deferred', 'waiting', 'waiting']);
      expect((await store.outbox.lease(now, 1, 10)).map((entry) => entry.id)).to.include(two?.id);
    });

    it('knows after a crash which entries were in doubt: they stay so until that is reported, and are not leased', async () => {
      const [one, two, three] = await store.outbox.lease(now, 3_600_000, 3);
      await store.outbox.enterDoubt([one?.id ?? 0, two?.id ?? 0]);
      await store.outbox.leaveDoubt([two?.id ?? 0]);
      await place.close(store);
      store = await place.open();
      const left = await store.outbox.recover();
      expect(left.map(({ id, inDoubt }) => [id, inDoubt])).to.deep.equal([
        [one?.id, true],
        [two?.id, undefined],
        [three?.id, undefined],
      ]);
      expect(
        (await store.outbox.recover()).map(({ id }) => id),
        'the others are as they were before',
      ).to.deep.equal([one?.id]);
      const later = new Date(now.getTime() + 3_600_000);
      expect((await store.outbox.lease(later, 60_000, 10)).map(({ id }) => id)).to.deep.equal([two?.id, three?.id]);
      await store.outbox.report([{ ...update(one?.id ?? 0, 'deferred', later), doubtful: true }]);
      expect(await store.outbox.recover({ now: later, leaseMs: 60_000 }), 'leases that are held').to.deep.equal([]);
      const [reported] = await store.outbox.lease(later, 60_000, 10);
      expect(reported).to.deep.include({ id: one?.id, doubts: 1, attempts: 1 }).and.not.have.property('inDoubt');
      await store.outbox.enterDoubt([one?.id ?? 0]);
      const over = new Date(later.getTime() + 60_000);
      expect((await store.outbox.recover({ now: over, leaseMs: 60_000 })).map(({ id }) => id)).to.deep.equal([one?.id, two?.id, three?.id]);
      await store.outbox.report([{ ...update(one?.id ?? 0, 'held'), doubtful: true }]);
      expect((await store.outbox.list())[0]).to.deep.include({ id: one?.id, state: 'held', doubts: 2 });
    });

    it('lets nothing get into doubt that was taken out or put on hold meanwhile, of all that goes together', async () => {
      const [one, two, three] = (await store.outbox.lease(now, 60_000, 10)).map(({ id }) => id);
      await store.outbox.hold([two ?? 0]);
      expect((await failureOf(store.outbox.enterDoubt([one ?? 0, two ?? 0]))).code).to.equal('mail/not-found');
      await store.outbox.report([update(three ?? 0, 'bounced')]);
      expect((await failureOf(store.outbox.enterDoubt([one ?? 0, three ?? 0]))).code).to.equal('mail/not-found');
      expect((await store.outbox.recover()).filter(({ inDoubt }) => inDoubt === true)).to.deep.equal([]);
    });

    it('takes no entry behind the newest that it is told', async () => {
      const [, second] = await store.outbox.list();
      expect(await store.outbox.lease(now, 60_000, 10, second?.id)).to.have.length(2);
      expect(store.outbox.counts().newest).to.equal((second?.id ?? 0) + 1);
    });

    it('takes out what is sent or bounced, and keeps what is deferred until its time', async () => {
      const leased = await store.outbox.lease(now, 60_000, 10);
      const later = new Date(now.getTime() + 300_000);
      const [bob, eve, dan] = leased.map((entry) => entry.id);
      await store.outbox.report([update(bob ?? 0, 'sent'), update(eve ?? 0, 'deferred', later), update(dan ?? 0, 'bounced')]);
      expect(await store.outbox.lease(now, 60_000, 10)).to.have.length(0);
      const [entry] = await store.outbox.list();
      expect(entry).to.deep.include({
        id: eve,
        attempts: 1,
        status: '4.4.1',
        text: 'busy',
        nextTryAt: later,
        delayNoticed: true,
        state: 'deferred',
      });
      expect(store.outbox.counts()).to.include({ messages: 1, recipients: 1, untried: 0 });
      expect(await store.mailStore.recent(10)).to.have.length(1);
      await store.outbox.retry([eve ?? 0]);
      expect(await store.outbox.lease(now, 60_000, 10)).to.have.length(1);
    });

    it('gives entries back untried', async () => {
      const leased = await store.outbox.lease(now, 60_000, 10);
      await store.outbox.release(leased.map((entry) => entry.id));
      expect((await store.outbox.lease(now, 60_000, 10)).map((entry) => entry.attempts)).to.deep.equal([0, 0, 0]);
    });

    it('R53 counts what was put off as none that asks for a round, also while it is leased again', async () => {
      const later = new Date(now.getTime() + 60_000);
      const ids = (await store.outbox.lease(now, 60_000, 10)).map((entry) => entry.id);
      await store.outbox.release(ids, later);
      expect((await store.outbox.list()).map(({ state, attempts }) => [state, attempts])).to.deep.equal(ids.map(() => ['deferred', 0]));
      expect(store.outbox.counts()).to.include({ messages: 2, untried: 0 });
      expect(await store.outbox.lease(now, 60_000, 10)).to.deep.equal([]);
      expect(await store.outbox.lease(later, 60_000, 10)).to.have.length(3);
      expect(store.outbox.counts().untried).to.equal(0);
      await store.outbox.retry(ids);
      await store.outbox.release(ids);
      expect(store.outbox.counts().untried).to.equal(2);
    });

    it('R55 holds entries, also while they are being sent', async () => {
      const ids = (await store.outbox.lease(now, 60_000, 2)).map((entry) => entry.id);
      await store.outbox.hold(ids);
      await store.outbox.report([update(ids[0] ?? 0, 'deferred', now)]);
      expect((await store.outbox.list()).map((entry) => entry.state)).to.deep.equal(['held', 'held', 'waiting']);
      expect(store.outbox.counts()).to.include({ messages: 2, untried: 1 });
      await store.outbox.retry(ids);
      expect((await store.outbox.list()).map((entry) => entry.state)).to.deep.equal(['deferred', 'waiting', 'waiting']);
    });

    it('tells who listens when the queue changes', async () => {
      let changes = 0;
      const listening = store.outbox.onDidChange(() => {
        changes += 1;
      });
      await put(store, { outbox: [draft('new@far.example')] });
      expect(changes).to.equal(1);
      listening.dispose();
      await put(store, { outbox: [draft('newer@far.example')] });
      expect(changes).to.equal(1);
    });
  });
}
