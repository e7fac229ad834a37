// What every store promises of a commit whose answer is lost: what became of it can be asked, and the answer holds for ever.
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { IntakeUnit } from '../../services.js';
import { failureOf } from './failureOf.js';
import { needs } from './needs.js';
import type { StorePlace, TestedStore } from './testedStore.js';
import { ANDREW, GREG, mail, octetsOf, openMaildrop, outboxDraft, pickUp, put } from './testMail.js';
import { settled, until } from './waiting.js';

/** Octets that go to the store ahead of their commit. */
const LARGE = Buffer.alloc(3 * 2 ** 20, 'large\r\n');

export function outcomeSuite(engine: string, make: () => Promise<StorePlace>): void {
  describe(`The outcome of a commit on ${engine}`, () => {
    let place: StorePlace;
    let store: TestedStore;
    beforeEach(async () => {
      place = await make();
      store = await place.open();
    });
    afterEach(() => place.dispose());

    async function restart(): Promise<void> {
      await place.close(store);
      store = await place.open();
    }

    const stored = { placed: [ANDREW, GREG], duplicates: [] };

    for (const [what, octets] of Object.entries({ 'a message': undefined, 'a large message': LARGE })) {
      const offer = (): Promise<IntakeUnit> =>
        mail(store, { to: [ANDREW, GREG], uidl: 'x', outbox: [outboxDraft('bob@far.example')], ...(octets && { octets }) });

      it(`is known of ${what} that was stored, and stays so`, async function () {
        needs(this, place, 'loseAnswer');
        const unit = await offer();
        await place.loseAnswer(store, true);
        expect((await failureOf(store.mailStore.commit(unit))).code).to.equal('store/unknown');
        expect(await settled(store, unit.body.id)).to.deep.equal(stored);
        // Nobody should; but what is stored is no longer the intake's.
        await unit.body.discard();
        for (let time = 0; time < 2; time += 1) {
          expect(await store.mailStore.outcome(unit.body.id)).to.deep.equal(stored);
          expect(await pickUp(store, ANDREW)).to.have.length(1);
          expect((await octetsOf(store.mailStore.read(unit.body.id))).length).to.equal(unit.body.size);
          expect((await store.journal.entries('company')).get('x')?.state).to.equal('stored');
          // It heard of that from the store, as of what another server does.
          await until('what waits to be sent is counted', () => store.outbox.counts().recipients === 1);
          await restart();
        }
      });

      it(`is known of ${what} that was not stored: it never will be`, async function () {
        needs(this, place, 'loseAnswer');
        const unit = await offer();
        await place.loseAnswer(store, false);
        expect((await failureOf(store.mailStore.commit(unit))).code).to.equal('store/unknown');
        expect(await settled(store, unit.body.id)).to.equal(undefined);
        await failureOf(store.mailStore.commit(unit));
        await unit.body.discard();
        for (let time = 0; time < 2; time += 1) {
          expect(await store.mailStore.outcome(unit.body.id)).to.equal(undefined);
          expect(await pickUp(store, ANDREW)).to.deep.equal([]);
          expect(await store.mailStore.message(unit.body.id)).to.equal(undefined);
          expect(await store.mailStore.trace(unit.body.id, 1)).to.deep.equal([]);
          expect((await store.journal.entries('company')).size).to.equal(0);
          expect(store.outbox.counts()).to.include({ messages: 0, recipients: 0 });
          await restart();
        }
        expect((await put(store, { to: [ANDREW] })).placed, 'the same again, under another number').to.deep.equal([ANDREW]);
      });
    }

    it('is that it never will be for a message that was never committed', async () => {
      for (const octets of [Buffer.from('small'), LARGE]) {
        const unit = await mail(store, { to: [ANDREW], octets });
        expect(await store.mailStore.outcome(unit.body.id)).to.equal(undefined);
        await failureOf(store.mailStore.commit(unit));
        expect(await store.mailStore.outcome(unit.body.id)).to.equal(undefined);
        await unit.body.discard();
      }
      expect(await pickUp(store, ANDREW)).to.deep.equal([]);
      expect(await store.census()).to.include({ messages: 0, copies: 0 });
    });

    it('is one of the two where it is asked while the commit is under way', async () => {
      for (let round = 0; round < 20; round += 1) {
        const unit = await mail(store, { to: [ANDREW] });
        const committing = store.mailStore.commit(unit).then(
          () => true,
          () => false,
        );
        if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
        const outcome = await store.mailStore.outcome(unit.body.id);
        expect(await committing).to.equal(outcome !== undefined);
        expect((await store.mailStore.message(unit.body.id)) !== undefined).to.equal(outcome !== undefined);
      }
    });

    it('is the same when the message has been picked up and deleted', async () => {
      const unit = await mail(store, { to: [ANDREW, GREG] });
      await store.mailStore.commit(unit);
      for (const mailbox of [ANDREW, GREG]) {
        const maildrop = await openMaildrop(store, mailbox);
        await maildrop.remove([1]);
        await maildrop.close();
      }
      expect(await store.mailStore.outcome(unit.body.id)).to.deep.equal(stored);
    });
  });
}
