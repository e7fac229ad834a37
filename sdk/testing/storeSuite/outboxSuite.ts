// What every Outbox promises.
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { OutboxChoice, OutboxEntry, OutboxUpdate } from '../../services.js';
import { VirtualClock } from '../virtualClock.js';
import { failureOf } from './failureOf.js';
import type { StorePlace, TestedStore } from './testedStore.js';
import { outboxDraft, put } from './testMail.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What a try of an entry came to, under its lease. */
export function update({ id, lease }: Pick<OutboxEntry, 'id' | 'lease'>, outcome: OutboxUpdate['outcome'], nextTryAt?: Date): OutboxUpdate {
  const receipt = { recipient: 'x', outcome: outcome === 'sent' ? 'delivered' : 'failed', status: '4.4.1', text: 'busy' } as const;
  return { id, ...(lease !== undefined && { lease }), outcome, receipt, nextTryAt, delayNoticed: true };
}

export function outboxSuite(engine: string, make: () => Promise<StorePlace>): void {
  describe(`The Outbox on ${engine}`, () => {
    let clock: VirtualClock;
    let place: StorePlace;
    let store: TestedStore;
    beforeEach(async () => {
      clock = new VirtualClock();
      place = await make();
      store = await place.open({ clock });
      await put(store, { outbox: [outboxDraft('bob@far.example'), outboxDraft('eve@far.example')] });
      await put(store, { outbox: [outboxDraft('dan@far.example')] });
    });
    afterEach(() => place.dispose());

    const lease = (limit = 10, forMs = MINUTE): Promise<readonly OutboxEntry[]> => store.outbox.lease({ limit, forMs });
    /** All three entries. */
    async function leaseAll(): Promise<readonly [OutboxEntry, OutboxEntry, OutboxEntry]> {
      const [one, two, three] = await lease();
      if (one === undefined || two === undefined || three === undefined) throw new Error('An entry is not due.');
      return [one, two, three];
    }

    const inMs = (ms: number): Date => new Date(clock.now().getTime() + ms);

    async function restart(): Promise<void> {
      await place.close(store);
      store = await place.open({ clock });
    }

    it('R02 R24 leases in order of arrival, and nothing twice', async () => {
      const [first, second] = await Promise.all([lease(2), lease(2)]);
      expect(first.map((entry) => entry.recipient)).to.deep.equal(['bob@far.example', 'eve@far.example']);
      expect(second.map((entry) => entry.recipient)).to.deep.equal(['dan@far.example']);
      expect(first[0]).to.deep.include({ state: 'sending', attempts: 0, notify: ['FAILURE'], ret: undefined, account: 'company' });
      expect(String(first[0]?.prefix)).to.equal('Received: x\r\n');
    });

    it('R24 gives an entry to the next sender when its lease is over, under a higher number', async () => {
      const [first] = await leaseAll();
      await clock.advance(MINUTE - 1);
      expect(await lease()).to.have.length(0);
      await clock.advance(1);
      const [again] = await leaseAll();
      expect(again.lease).to.be.above(first.lease ?? Number.NaN);
    });

    it('takes a report under the number of the last try only, and once', async () => {
      const [first, second] = await leaseAll();
      await clock.advance(MINUTE);
      const [again, ...others] = await leaseAll();
      expect((await failureOf(store.outbox.report([update(again, 'sent'), update(second, 'sent')]))).code).to.equal('lease/lost');
      expect(await store.outbox.list(), 'nothing of it recorded').to.have.length(3);
      expect((await failureOf(store.outbox.enterDoubt([first]))).code).to.equal('lease/lost');
      await store.outbox.release([first]);
      await store.outbox.enterDoubt([again]);
      await store.outbox.leaveDoubt([first]);
      expect((await store.outbox.list()).map(({ state, inDoubt }) => [state, inDoubt])).to.deep.equal([
        ['sending', true],
        ['sending', undefined],
        ['sending', undefined],
      ]);
      for (let time = 0; time < 2; time += 1)
        await store.outbox.report([update(again, 'deferred'), ...others.map((entry) => update(entry, 'sent'))]);
      expect(await store.outbox.list()).to.have.length(1);
      expect((await store.outbox.list())[0], 'the second time changes nothing').to.include({ attempts: 1 });
    });

    it('takes the report of a sender that was given up as long as nobody has tried since', async () => {
      const entries = await leaseAll();
      await clock.advance(MINUTE);
      expect(await store.outbox.recover(MINUTE)).to.have.length(3);
      await store.outbox.report(entries.map((entry) => update(entry, 'sent')));
      expect(await store.outbox.list()).to.deep.equal([]);
    });

    it('takes a report without a number from whoever decides', async () => {
      const [one] = await leaseAll();
      await store.outbox.report([update({ id: one.id }, 'bounced')]);
      expect((await store.outbox.list()).map(({ id }) => id)).to.not.include(one.id);
    });

    it('gives growing numbers to tries, over restarts too', async () => {
      let last = 0;
      for (let round = 0; round < 3; round += 1) {
        const entries = await leaseAll();
        for (const entry of entries) expect(entry.lease).to.be.above(last);
        last = Math.max(...entries.map((entry) => entry.lease ?? Number.NaN));
        await store.outbox.release(entries);
        await restart();
      }
    });

    it('lists all entries, or those of some numbers or messages, and so many behind one as are asked for', async () => {
      const all = await store.outbox.list();
      const [one, two, three] = all;
      if (one === undefined || two === undefined || three === undefined) throw new Error('not there');
      const numbers = async (of: OutboxChoice): Promise<readonly number[]> => (await store.outbox.list(of)).map(({ id }) => id);
      expect(await numbers({})).to.deep.equal([one.id, two.id, three.id]);
      expect(await numbers({ limit: 2 })).to.deep.equal([one.id, two.id]);
      expect(await numbers({ after: one.id, limit: 1 })).to.deep.equal([two.id]);
      expect(await numbers({ ids: [three.id, one.id, three.id + 99] })).to.deep.equal([one.id, three.id]);
      expect(await numbers({ messages: [three.message] })).to.deep.equal(
        all.filter(({ message }) => message === three.message).map(({ id }) => id),
      );
      expect(await numbers({ messages: [three.message], ids: [one.id, three.id], after: one.id, limit: 5 })).to.deep.equal([three.id]);
      expect(await numbers({ ids: [] })).to.deep.equal([]);
      expect(await numbers({ messages: ['nonsense'] })).to.deep.equal([]);
    });

    it('R23 gives leases of a crash back at start, with the counts right', async () => {
      const [one, two] = await lease(2, HOUR);
      if (one === undefined || two === undefined) throw new Error('not due');
      await store.outbox.report([update(one, 'deferred', clock.now())]);
      await restart();
      expect(await store.outbox.recover(MINUTE)).to.have.length(1);
      expect(store.outbox.counts()).to.include({ messages: 2, recipients: 3, untried: 1 });
      expect((await store.outbox.list()).map((entry) => entry.state)).to.deep.equal(['deferred', 'waiting', 'waiting']);
      expect((await lease()).map((entry) => entry.id)).to.include(two.id);
    });

    it('knows after a crash which entries were in doubt: whoever takes them over reports that, and they are not leased', async () => {
      const [one, two, three] = await leaseAll();
      await store.outbox.enterDoubt([one, two]);
      await store.outbox.leaveDoubt([two]);
      await restart();
      const [left, others] = await Promise.all([store.outbox.recover(MINUTE), store.outbox.recover(MINUTE)]);
      const all = [...left, ...others].sort((a, b) => a.id - b.id);
      expect(
        all.map(({ id, inDoubt }) => [id, inDoubt]),
        'each entry is taken over by one',
      ).to.deep.equal([
        [one.id, true],
        [two.id, undefined],
        [three.id, undefined],
      ]);
      expect((await lease()).map(({ id }) => id)).to.deep.equal([two.id, three.id]);
      expect((await failureOf(store.outbox.report([update(one, 'sent')]))).code, 'its former sender').to.equal('lease/lost');
      const doubt = all[0] ?? one;
      expect(doubt.lease).to.be.above(one.lease ?? Number.NaN);
      await store.outbox.report([{ ...update(doubt, 'deferred', inMs(MINUTE)), doubtful: true }]);
      expect(await store.outbox.recover(MINUTE), 'leases that are held').to.deep.equal([]);
      await clock.advance(MINUTE);
      const [reported] = await lease();
      if (reported === undefined) throw new Error('not due');
      expect(reported).to.deep.include({ id: one.id, doubts: 1, attempts: 1 }).and.not.have.property('inDoubt');
      await store.outbox.enterDoubt([reported]);
      await clock.advance(MINUTE);
      const [over] = await store.outbox.recover(MINUTE);
      expect(over).to.deep.include({ id: one.id, inDoubt: true });
      await store.outbox.report([{ ...update(over ?? one, 'held'), doubtful: true }]);
      expect((await store.outbox.list())[0]).to.deep.include({ id: one.id, state: 'held', doubts: 2 });
    });

    it('gives back what this server was leased and is not at work on, in doubt where it was', async () => {
      const [one, two, three] = await leaseAll();
      await store.outbox.enterDoubt([one, two]);
      expect(await store.outbox.recover(MINUTE, [one, two, three])).to.deep.equal([]);
      const left = await store.outbox.recover(MINUTE, [one]);
      expect(left.map(({ id, inDoubt }) => [id, inDoubt])).to.deep.equal([
        [two.id, true],
        [three.id, undefined],
      ]);
      expect((await lease()).map(({ id }) => id)).to.deep.equal([three.id]);
      expect((await failureOf(store.outbox.report([update(two, 'sent')]))).code, 'its former try').to.equal('lease/lost');
      await store.outbox.report([{ ...update(left[0] ?? two, 'held'), doubtful: true }, update(one, 'sent')]);
      expect((await store.outbox.list()).map(({ id, state }) => [id, state])).to.deep.equal([
        [two.id, 'held'],
        [three.id, 'sending'],
      ]);
    });

    it('leaves what is in doubt to the sender that reports it, until that one is over too', async () => {
      const [one] = await leaseAll();
      await store.outbox.enterDoubt([one]);
      await restart();
      const [first] = await store.outbox.recover(MINUTE);
      expect(first).to.include({ id: one.id, inDoubt: true });
      expect(await store.outbox.recover(MINUTE)).to.deep.equal([]);
      await clock.advance(MINUTE);
      const [second] = await store.outbox.recover(MINUTE);
      expect(second?.lease).to.be.above(first?.lease ?? Number.NaN);
    });

    it('lets nothing get into doubt that was taken out or put on hold meanwhile, of all that goes together', async () => {
      const [one, two, three] = await leaseAll();
      await store.outbox.hold([two.id]);
      expect((await failureOf(store.outbox.enterDoubt([one, two]))).code).to.equal('mail/not-found');
      await store.outbox.report([update(three, 'bounced')]);
      expect((await failureOf(store.outbox.enterDoubt([one, three]))).code).to.equal('mail/not-found');
      expect((await store.outbox.list()).filter(({ inDoubt }) => inDoubt === true)).to.deep.equal([]);
    });

    it('takes no entry behind the newest that it is told', async () => {
      const [, second] = await store.outbox.list();
      const newest = await store.outbox.newest();
      expect(newest).to.be.above(second?.id ?? Number.NaN);
      expect(await store.outbox.lease({ limit: 10, forMs: MINUTE, newest: second?.id ?? 0 })).to.have.length(2);
      await put(store, { outbox: [outboxDraft('new@far.example')] });
      expect(await store.outbox.lease({ limit: 10, forMs: MINUTE, newest })).to.have.length(1);
      await store.outbox.report((await store.outbox.list()).map(({ id }) => update({ id }, 'bounced')));
      expect(await store.outbox.newest()).to.equal(0);
    });

    it('takes out what is sent or bounced, and keeps what is deferred until its time', async () => {
      const [bob, eve, dan] = await leaseAll();
      const later = inMs(5 * MINUTE);
      await store.outbox.report([update(bob, 'sent'), update(eve, 'deferred', later), update(dan, 'bounced')]);
      await clock.advance(2 * MINUTE);
      expect(await lease()).to.have.length(0);
      const [entry] = await store.outbox.list();
      expect(entry).to.deep.include({
        id: eve.id,
        attempts: 1,
        status: '4.4.1',
        text: 'busy',
        nextTryAt: later,
        delayNoticed: true,
        state: 'deferred',
      });
      expect(store.outbox.counts()).to.include({ messages: 1, recipients: 1, untried: 0 });
      expect(await store.mailStore.recent(10)).to.have.length(1);
      await store.outbox.retry([eve.id]);
      expect(await lease()).to.have.length(1);
    });

    it('gives entries back untried', async () => {
      await store.outbox.release(await leaseAll());
      expect((await lease()).map((entry) => entry.attempts)).to.deep.equal([0, 0, 0]);
    });

    it('R53 counts what was put off as none that asks for a round, also while it is leased again', async () => {
      const entries = await leaseAll();
      const ids = entries.map(({ id }) => id);
      await store.outbox.release(entries, MINUTE);
      expect((await store.outbox.list()).map(({ state, attempts }) => [state, attempts])).to.deep.equal(ids.map(() => ['deferred', 0]));
      expect(store.outbox.counts()).to.include({ messages: 2, untried: 0 });
      expect(await lease()).to.deep.equal([]);
      await clock.advance(MINUTE);
      const again = await leaseAll();
      expect(store.outbox.counts().untried).to.equal(0);
      await store.outbox.retry(ids);
      await store.outbox.release(again);
      expect(store.outbox.counts().untried).to.equal(2);
    });

    it('R55 holds entries, also while they are being sent, and until somebody decides', async () => {
      const [one, two] = await lease(2);
      if (one === undefined || two === undefined) throw new Error('not due');
      await store.outbox.hold([one.id, two.id]);
      await store.outbox.report([update(one, 'deferred', clock.now())]);
      await clock.advance(HOUR);
      expect(await store.outbox.recover(MINUTE)).to.deep.equal([]);
      expect((await store.outbox.list()).map((entry) => entry.state)).to.deep.equal(['held', 'held', 'waiting']);
      expect(store.outbox.counts()).to.include({ messages: 2, untried: 1 });
      await store.outbox.retry([one.id, two.id]);
      expect((await store.outbox.list()).map((entry) => entry.state)).to.deep.equal(['deferred', 'waiting', 'waiting']);
      const [, again] = await leaseAll();
      expect(again.lease).to.be.above(two.lease ?? Number.NaN);
      expect((await failureOf(store.outbox.report([update(two, 'sent')]))).code).to.equal('lease/lost');
    });

    it('tells who listens when the queue changes', async () => {
      let changes = 0;
      const heard = new Promise<void>((resolve) => {
        const listening = store.outbox.onDidChange(() => {
          changes += 1;
          listening.dispose();
          resolve();
        });
      });
      await put(store, { outbox: [outboxDraft('new@far.example')] });
      await heard;
      expect(store.outbox.counts()).to.include({ messages: 3 });
      await put(store, { outbox: [outboxDraft('newer@far.example')] });
      expect(changes).to.equal(1);
    });
  });
}
