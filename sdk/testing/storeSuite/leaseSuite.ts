// What every store promises of leases, and of the writes that bear their tokens.
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { Fence, IntakeUnit, Lease } from '../../services.js';
import { failureOf } from './failureOf.js';
import type { StorePlace, TestedStore } from './testedStore.js';
import { ANDREW, GREG, mail, openMaildrop, pickUp, put } from './testMail.js';

const ROUND = 'round/company';

export function leaseSuite(engine: string, make: () => Promise<StorePlace>): void {
  describe(`Leases on ${engine}`, () => {
    let place: StorePlace;
    let store: TestedStore;
    beforeEach(async () => {
      place = await make();
      store = await place.open({ server: 'north' });
    });
    afterEach(() => place.dispose());

    async function take(name = ROUND): Promise<Lease> {
      const lease = await store.leases.take(name);
      if (lease === undefined) throw new Error(`Somebody has ${name}.`);
      return lease;
    }

    /** The token of a holder that let go of the round, and another one's. */
    async function twoHolders(): Promise<{ readonly former: Fence; readonly present: Fence }> {
      const former = await take();
      await former.release();
      return { former: former.fence, present: (await take()).fence };
    }

    async function fetched(uidl: string, fence: Fence): Promise<IntakeUnit> {
      return { ...(await mail(store, { to: [ANDREW], uidl })), fence };
    }

    it('gives a lease to one at a time, and another token to each', async () => {
      const first = await take();
      expect(first.fence.lease).to.equal(ROUND);
      expect(await store.leases.take(ROUND)).to.equal(undefined);
      const other = await take('round/works');
      await first.release();
      const second = await take();
      expect(second.fence.token).to.be.above(first.fence.token);
      expect(await store.leases.take('round/works')).to.equal(undefined);
      await other.release();
      expect([first, second, other].map(({ lost }) => lost.aborted)).to.deep.equal([false, false, false]);
    });

    it('gives a lease to one of many who ask at once', async () => {
      const taken = await Promise.all(Array.from({ length: 20 }, () => store.leases.take(ROUND)));
      expect(taken.filter((lease) => lease !== undefined)).to.have.length(1);
    });

    it('says which server there is, and what it holds since when', async () => {
      const lease = await take();
      const maildrop = await openMaildrop(store, ANDREW);
      const [server, ...others] = await store.leases.servers();
      expect(others).to.deep.equal([]);
      expect(server).to.deep.include({ name: 'north', isThis: true, isGone: false });
      expect(server?.since).to.be.instanceOf(Date);
      expect(server?.heardAt).to.be.at.least(server?.since ?? new Date(0));
      const held = async (): Promise<readonly string[] | undefined> => (await store.leases.servers())[0]?.holds.map((each) => each.lease);
      expect(await held()).to.have.members([ROUND, 'maildrop/andrew@company']);
      for (const { since } of server?.holds ?? []) expect(since).to.be.instanceOf(Date);
      await lease.release();
      await maildrop.close();
      expect(await held()).to.deep.equal([]);
    });

    it('refuses a commit under a former token, with nothing of it stored, and takes what shares the commit', async () => {
      const { former, present } = await twoHolders();
      const units = await Promise.all(Array.from({ length: 10 }, (_, n) => fetched(`isp-${n}`, n % 2 === 0 ? former : present)));
      const results = await Promise.all(
        units.map((unit) =>
          store.mailStore.commit(unit).then(
            ({ placed }) => placed.length,
            (error: { readonly code: unknown }) => error.code,
          ),
        ),
      );
      expect(results).to.deep.equal(units.map((_, n) => (n % 2 === 0 ? 'lease/lost' : 1)));
      expect(await pickUp(store, ANDREW)).to.have.length(5);
      expect([...(await store.journal.entries('company')).keys()]).to.deep.equal([1, 3, 5, 7, 9].map((n) => `isp-${n}`));
      expect(await store.mailStore.trace('isp-0', 1), 'not even a trace').to.deep.equal([]);
    });

    it('takes a write under a token that nobody has followed, though its holder let go of the lease', async () => {
      const lease = await take();
      await lease.release();
      await store.mailStore.commit(await fetched('a', lease.fence));
      expect(await pickUp(store, ANDREW)).to.have.length(1);
    });

    it('refuses every write of a journal under a former token', async () => {
      const { former, present } = await twoHolders();
      const journal = store.journal.forAccount('company', present);
      await journal.attempt(['tried']);
      await put(store, { to: [ANDREW], uidl: 'here' });
      const before = await store.journal.entries('company');
      const stale = store.journal.forAccount('company', former);
      const writes = {
        attempt: () => stale.attempt(['tried', 'new']),
        ended: () => stale.ended({ failed: ['tried'], untried: [] }),
        gone: () => stale.gone(['here']),
        listed: () => stale.listed([]),
      };
      for (const [name, write] of Object.entries(writes)) expect((await failureOf(write())).code, name).to.equal('lease/lost');
      expect(await stale.entries(), 'reading is free').to.deep.equal(before);
      await journal.gone(['here']);
      expect((await store.journal.entries('company')).get('here')?.state).to.equal('gone');
    });

    it('refuses to remove messages for a session whose mailbox another one has by now', async () => {
      await put(store, { to: [ANDREW] });
      const former = await openMaildrop(store, ANDREW);
      await former.close();
      const present = await openMaildrop(store, ANDREW);
      expect((await failureOf(former.remove([1]))).code).to.equal('lease/lost');
      await present.close();
      expect(await pickUp(store, ANDREW)).to.have.length(1);
    });

    it('lets the next session in as soon as one has let go of its mailbox, under another name of it too', async () => {
      await put(store, { to: [ANDREW] });
      for (let round = 0; round < 10; round += 1) await (await openMaildrop(store, ANDREW)).close();
      const maildrop = await openMaildrop(store, ANDREW);
      await store.mailStore.renameMailbox(ANDREW, GREG);
      expect(await store.maildrops.open(GREG)).to.equal('in-use');
      await maildrop.remove([1]);
      await maildrop.close();
      expect(await pickUp(store, GREG)).to.deep.equal([]);
    });

    it('gives a lease to nobody while a write of its former holder is under way', async () => {
      for (let round = 0; round < 20; round += 1) {
        const lease = await take();
        const unit = await fetched(`${round}`, lease.fence);
        const writing = store.mailStore.commit(unit).then(
          () => true,
          () => false,
        );
        if (round % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
        await lease.release();
        const next = await take();
        const isKnown = (await store.journal.entries('company')).has(`${round}`);
        expect(await writing, 'as the next holder saw it').to.equal(isKnown);
        await next.release();
      }
    });

    it('goes on with higher tokens after a restart', async () => {
      let last = 0;
      for (let round = 0; round < 3; round += 1) {
        const { fence } = await take();
        expect(fence.token).to.be.above(last);
        last = fence.token;
        await store.journal.forAccount('company', fence).attempt([`${round}`]);
        await place.close(store);
        store = await place.open({ server: 'north' });
      }
    });
  });
}
