// What every store promises of a unit that answers for something: all that one message changes is one commit, or nothing.
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ADMIN1 } from '../../accounts.js';
import type { IntakeResult, IntakeUnit, NoticeDraft, OutboxUpdate } from '../../services.js';
import { failureOf } from './failureOf.js';
import type { StorePlace, TestedStore } from './testedStore.js';
import { ANDREW, GREG, mail, outboxDraft, pickUp, put } from './testMail.js';

const KEY = Buffer.alloc(16, 7);
const MINUTE = 60_000;

export function unitSuite(engine: string, make: () => Promise<StorePlace>): void {
  describe(`A unit on ${engine}`, () => {
    let place: StorePlace;
    let store: TestedStore;
    beforeEach(async () => {
      place = await make();
      store = await place.open();
    });
    afterEach(() => place.dispose());

    describe('that is a bounce', () => {
      let bounced: string;
      let update: OutboxUpdate;
      beforeEach(async () => {
        const unit = await mail(store, { outbox: [outboxDraft('bob@far.example')] });
        await store.mailStore.commit(unit);
        bounced = unit.body.id;
        const [entry] = await store.outbox.lease({ limit: 1, forMs: MINUTE });
        if (entry?.lease === undefined) throw new Error('Nothing was leased.');
        const receipt = { recipient: 'bob@far.example', outcome: 'failed', status: '5.1.1', text: 'no such user' } as const;
        update = { id: entry.id, lease: entry.lease, outcome: 'bounced', receipt, nextTryAt: undefined };
      });

      it('ends what bounced with it, and lets go of that', async () => {
        await store.mailStore.commit({ ...(await mail(store, { to: [ANDREW] })), settles: [update] });
        expect(await store.outbox.list()).to.deep.equal([]);
        expect(store.outbox.counts()).to.include({ messages: 0, recipients: 0, untried: 0 });
        expect(await store.mailStore.message(bounced)).to.equal(undefined);
        const trace = (await store.mailStore.trace(bounced, 9)).find(({ id }) => id === bounced);
        expect(trace?.trail.at(-1)).to.include({ change: 'bounced bob@far.example', reason: '5.1.1 no such user' });
        expect(await pickUp(store, ANDREW)).to.have.length(1);
      });

      it('is not stored where another sender has what bounced, and that stays as it was', async () => {
        await store.outbox.release([update]);
        await store.outbox.lease({ limit: 1, forMs: MINUTE });
        const unit = { ...(await mail(store, { to: [ANDREW] })), settles: [update] };
        expect((await failureOf(store.mailStore.commit(unit))).code).to.equal('lease/lost');
        expect(await pickUp(store, ANDREW)).to.have.length(0);
        expect(await store.outbox.list()).to.have.length(1);
        expect(await store.mailStore.message(bounced)).to.not.equal(undefined);
      });

      it('is not stored a second time, nor where what bounced has ended otherwise', async () => {
        await store.mailStore.commit({ ...(await mail(store, { to: [ANDREW] })), settles: [update] });
        const { lease: _lease, ...decided } = update;
        for (const again of [update, decided]) {
          const unit = { ...(await mail(store, { to: [ANDREW], text: 'again' })), settles: [again] };
          expect((await failureOf(store.mailStore.commit(unit))).code).to.equal('lease/lost');
        }
        expect(await pickUp(store, ANDREW)).to.have.length(1);
      });

      it('is not stored where the end of that try is recorded, though the entry stays', async () => {
        await store.outbox.report([{ ...update, outcome: 'deferred', nextTryAt: new Date() }]);
        const unit = { ...(await mail(store, { to: [ANDREW] })), settles: [{ ...update, outcome: 'deferred' as const }] };
        expect((await failureOf(store.mailStore.commit(unit))).code).to.equal('lease/lost');
        expect(await pickUp(store, ANDREW)).to.have.length(0);
      });
    });

    describe('that is a notice', () => {
      const tells: NoticeDraft = {
        account: 'company',
        uidl: 'x7',
        listedSize: 99_000_000,
        headerPrint: 'print',
        notice: { why: 'too-large', from: 'lisa@works.example', subject: 'Photos', told: [ANDREW] },
      };

      it('is noted in the journal with it', async () => {
        await store.mailStore.commit({ ...(await mail(store, { to: [ADMIN1] })), tells });
        const [entry] = await store.journal.waiting();
        expect(entry).to.deep.include({ account: 'company', uidl: 'x7', listedSize: 99_000_000, ...tells.notice });
        expect((await store.journal.entries('company')).get('x7')).to.include({ state: 'failed', isTold: true, headerPrint: 'print' });
      });

      it('is neither stored nor noted by a server that no longer collects the account', async () => {
        const former = await store.leases.take('round/company');
        await former?.release();
        const present = await store.leases.take('round/company');
        const unit = { ...(await mail(store, { to: [ADMIN1] })), tells, ...(former && { fence: former.fence }) };
        expect((await failureOf(store.mailStore.commit(unit))).code).to.equal('lease/lost');
        expect(await store.journal.waiting()).to.deep.equal([]);
        expect(await pickUp(store, ADMIN1)).to.have.length(0);
        await present?.release();
      });
    });

    describe('that may be a copy too many', () => {
      const copy = async (text: string, unit: Partial<IntakeUnit> = {}): Promise<IntakeResult> => {
        const placement = { mailbox: ADMIN1, prefix: Buffer.alloc(0), duplicateKey: KEY, isWanted: true };
        const surplus = { recipients: 1, placement, rung: 'L7', trail: [] } as const;
        return store.mailStore.commit({ ...(await mail(store, { to: [ANDREW], duplicateKey: KEY, text })), surplus, ...unit });
      };

      it('is one too many at once where the only recipient has it', async () => {
        await copy('first');
        expect(await copy('second')).to.deep.equal({ placed: [ADMIN1], duplicates: [ANDREW], isSurplus: true });
        expect(await copy('third')).to.deep.equal({ placed: [], duplicates: [ANDREW] });
      });

      it('is one later where the first came beside those that the header accounts for', async () => {
        expect(await copy('first', { surplus: 'accounted for' })).to.deep.equal({ placed: [ANDREW], duplicates: [] });
        expect(await copy('second')).to.deep.equal({ placed: [], duplicates: [ANDREW] });
        expect(await copy('third')).to.deep.equal({ placed: [ADMIN1], duplicates: [ANDREW], isSurplus: true });
      });

      it('is no surplus copy where it is accounted for', async () => {
        await copy('first');
        expect(await copy('second', { surplus: 'accounted for' })).to.deep.equal({ placed: [], duplicates: [ANDREW] });
      });

      it('is found out for a large message as well', async () => {
        const large = `Subject: large\r\n\r\n${'x'.repeat(3 * 2 ** 20)}\r\n`;
        await copy(`${large}1`);
        expect(await copy(`${large}2`)).to.deep.equal({ placed: [ADMIN1], duplicates: [ANDREW], isSurplus: true });
        expect((await pickUp(store, ADMIN1)).map(({ size }) => size)).to.deep.equal([large.length + 1]);
      });
    });

    it('places what is wanted though the mailbox had it, and what follows is a duplicate of that', async () => {
      await put(store, { to: [ANDREW, GREG], duplicateKey: KEY });
      const unit = await mail(store, { to: [ANDREW], duplicateKey: KEY });
      const wanted = { ...unit, placements: unit.placements.map((placement) => ({ ...placement, isWanted: true })) };
      expect(await store.mailStore.commit(wanted)).to.deep.equal({ placed: [ANDREW], duplicates: [] });
      expect((await put(store, { to: [ANDREW], duplicateKey: KEY })).duplicates).to.deep.equal([ANDREW]);
      expect([await pickUp(store, ANDREW), await pickUp(store, GREG)].map(({ length }) => length)).to.deep.equal([2, 1]);
    });

    it('places one copy a mailbox, however its name is written', async () => {
      const result = await put(store, { to: [ANDREW, { ...ANDREW, user: 'ANDREW' }, GREG] });
      expect(result.placed.map(({ user }) => user)).to.deep.equal(['andrew', 'greg']);
      expect(await pickUp(store, ANDREW)).to.have.length(1);
    });
  });
}
