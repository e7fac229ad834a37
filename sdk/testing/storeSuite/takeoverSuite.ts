// What every store promises that two servers may have open at once, where one of them dies or stands still: the other one takes over, and what the first one does
// later than that counts for nothing.
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { PostroomError } from '../../errors.js';
import type { Lease } from '../../services.js';
import { failureOf } from './failureOf.js';
import { needs } from './needs.js';
import { update } from './outboxSuite.js';
import type { StorePlace, TestedStore } from './testedStore.js';
import { ANDREW, GREG, mail, octetsOf, openMaildrop, outboxDraft, pickUp, put } from './testMail.js';
import { until } from './waiting.js';

const HOUR = 3_600_000;
const ROUND = 'round/company';
const LARGE = Buffer.alloc(3 * 2 ** 20, 'large\r\n');

export function takeoverSuite(engine: string, make: () => Promise<StorePlace>): void {
  describe(`What a server leaves to another one on ${engine}`, () => {
    let place: StorePlace;
    let north: TestedStore;
    let south: TestedStore;
    beforeEach(async function () {
      place = await make();
      needs(this, place, 'several');
      north = await place.open({ server: 'north' });
      south = await place.open({ server: 'south' });
    });
    afterEach(() => place.dispose());

    async function take(store: TestedStore, name = ROUND): Promise<Lease> {
      const lease = await store.leases.take(name);
      if (lease === undefined) throw new Error(`Somebody has ${name}.`);
      return lease;
    }

    it('is a round: one that stood still can store nothing of it, and hears that it has lost it', async function () {
      needs(this, place, 'pause', 'forgetGone');
      const lease = await take(north);
      const unit = { ...(await mail(north, { to: [ANDREW], uidl: 'x' })), fence: lease.fence };
      const goOn = await place.pause(north);
      await place.forgetGone();
      const next = await take(south);
      expect(next.fence.token).to.be.above(lease.fence.token);
      await south.journal.forAccount('company', next.fence).attempt(['y']);
      await goOn();
      expect((await failureOf(north.mailStore.commit(unit))).code).to.equal('lease/lost');
      expect((await failureOf(north.journal.forAccount('company', lease.fence).gone(['y']))).code).to.equal('lease/lost');
      await until('it hears that it has lost the round', () => lease.lost.aborted);
      const reason: unknown = lease.lost.reason;
      expect(reason).to.be.instanceOf(PostroomError);
      expect((reason as PostroomError).code).to.equal('lease/lost');
      await lease.release();
      expect(await north.leases.take(ROUND), 'letting go of what it lost takes nothing from the other one').to.equal(undefined);
      expect([...(await south.journal.entries('company')).keys()]).to.deep.equal(['y']);
      expect(next.lost.aborted).to.equal(false);
    });

    it('is nothing where it only stood still, and nobody took over', async function () {
      needs(this, place, 'pause', 'forgetGone');
      const lease = await take(north);
      const maildrop = await openMaildrop(north, GREG);
      const goOn = await place.pause(north);
      await place.forgetGone();
      await goOn();
      await north.mailStore.commit({ ...(await mail(north, { to: [ANDREW], uidl: 'x' })), fence: lease.fence });
      expect(await pickUp(south, ANDREW)).to.have.length(1);
      await until('it is heard of again', async () => (await south.leases.servers()).every(({ isGone }) => !isGone));
      expect(await south.leases.take(ROUND)).to.equal(undefined);
      expect(await south.maildrops.open(GREG)).to.equal('in-use');
      expect([lease.lost.aborted, maildrop.lost.aborted]).to.deep.equal([false, false]);
      await maildrop.close();
    });

    it('is a mailbox: a session that stood still removes nothing more, and hears of it', async function () {
      needs(this, place, 'pause', 'forgetGone');
      for (const text of ['one', 'two']) await put(north, { to: [ANDREW], text });
      const former = await openMaildrop(north, ANDREW);
      const goOn = await place.pause(north);
      await place.forgetGone();
      const present = await openMaildrop(south, ANDREW);
      await goOn();
      expect((await failureOf(former.remove([1, 2]))).code).to.equal('lease/lost');
      await until('the session hears of it', () => former.lost.aborted);
      await former.close();
      expect(await north.maildrops.open(ANDREW)).to.equal('in-use');
      await present.remove([1]);
      await present.close();
      expect((await pickUp(north, ANDREW)).map(({ text }) => text)).to.deep.equal(['two']);
    });

    it('is all that one held which died; it is listed as gone until then', async function () {
      needs(this, place, 'endOf', 'forgetGone');
      await put(north, { to: [ANDREW] });
      await take(north);
      await openMaildrop(north, ANDREW);
      await place.endOf(north);
      await place.forgetGone();
      const listed = (await south.leases.servers()).find(({ name }) => name === 'north');
      expect(listed).to.include({ isGone: true, isThis: false });
      expect(listed?.holds.map(({ lease }) => lease)).to.have.members([ROUND, 'maildrop/andrew@company']);
      await take(south);
      await (await openMaildrop(south, ANDREW)).close();
    });

    it('is what it was sending: each entry goes to one of those who ask, in doubt where it was', async function () {
      needs(this, place, 'endOf', 'forgetGone');
      for (let n = 0; n < 6; n += 1) await put(north, { outbox: [outboxDraft(`r${n}@far.example`)] });
      const left = await north.outbox.lease({ limit: 4, forMs: 24 * HOUR });
      const kept = await south.outbox.lease({ limit: 1, forMs: 24 * HOUR });
      await north.outbox.enterDoubt(left.slice(0, 2));
      await place.endOf(north);
      await place.forgetGone();
      const west = await place.open({ server: 'west' });
      const found = (await Promise.all([south, west, south, west].map((store) => store.outbox.recover(HOUR)))).flat();
      const byNumber = [...found].sort((a, b) => a.id - b.id);
      expect(byNumber.map(({ id, inDoubt }) => [id, inDoubt])).to.deep.equal(left.map(({ id }, n) => [id, n < 2 ? true : undefined]));
      for (const entry of found.filter(({ inDoubt }) => inDoubt === true)) {
        const former = left.find(({ id }) => id === entry.id);
        expect(entry.lease).to.be.above(former?.lease ?? Number.NaN);
      }
      await south.outbox.report(kept.map((entry) => update(entry, 'sent')));
      expect((await west.outbox.lease({ limit: 10, forMs: HOUR })).map(({ id }) => id)).to.include.members(
        left.slice(2).map(({ id }) => id),
      );
    });

    it('is mail whose sender stood still: what that one reports later is refused, and told', async function () {
      needs(this, place, 'pause', 'forgetGone');
      await put(north, { outbox: [outboxDraft('bob@far.example')] });
      const [bob] = await north.outbox.lease({ limit: 1, forMs: 24 * HOUR });
      if (bob === undefined) throw new Error('not due');
      const goOn = await place.pause(north);
      await place.forgetGone();
      expect(await south.outbox.recover(HOUR)).to.have.length(1);
      const [again] = await south.outbox.lease({ limit: 1, forMs: HOUR });
      await goOn();
      expect((await failureOf(north.outbox.enterDoubt([bob]))).code).to.equal('lease/lost');
      expect((await failureOf(north.outbox.report([update(bob, 'sent')]))).code).to.equal('lease/lost');
      await north.outbox.release([bob]);
      expect((await south.outbox.list())[0]).to.include({ state: 'sending', lease: again?.lease });
    });

    it('are octets that came in ahead of their commit: those of a dead server go, and one that stood still stores its message whole or not at all', async function () {
      needs(this, place, 'endOf', 'pause', 'forgetGone', 'halves');
      const east = await place.open({ server: 'east' });
      await mail(east, { octets: LARGE });
      const unit = await mail(north, { octets: LARGE, to: [ANDREW] });
      const mine = await mail(south, { octets: LARGE, to: [GREG] });
      expect(await place.halves()).to.equal(3);
      await place.endOf(east);
      const goOn = await place.pause(north);
      await place.forgetGone();
      await place.open({ server: 'west' });
      await until('the octets of the dead server are gone', async () => ((await place.halves?.()) ?? 0) <= 2);
      await goOn();
      const refusal = await north.mailStore.commit(unit).then(
        () => undefined,
        (error: { readonly code: unknown }) => error.code,
      );
      if (refusal === undefined) expect((await octetsOf(south.mailStore.read(unit.body.id))).equals(LARGE)).to.equal(true);
      else expect([refusal, await south.mailStore.message(unit.body.id)]).to.deep.equal(['lease/lost', undefined]);
      await south.mailStore.commit(mine);
      expect((await octetsOf(north.mailStore.read(mine.body.id))).equals(LARGE)).to.equal(true);
    });
  });
}
