// What every store promises that two servers may have open at once.
import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { VirtualClock } from '../virtualClock.js';
import { failureOf } from './failureOf.js';
import { needs } from './needs.js';
import { update } from './outboxSuite.js';
import type { StorePlace, TestedStore } from './testedStore.js';
import { ANDREW, CAROLYN, describeMail, GREG, journalOf, mail, octetsOf, openMaildrop, outboxDraft, pickUp, put } from './testMail.js';
import { settled, until } from './waiting.js';

const MINUTE = 60_000;
const KEY = Buffer.alloc(16, 7);
const LARGE = Buffer.alloc(3 * 2 ** 20, 'large\r\n');

export function severalServersSuite(engine: string, make: () => Promise<StorePlace>): void {
  describe(`Two servers on ${engine}`, () => {
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

    it('read at once what the other one has stored', async () => {
      const unit = await mail(north, { to: [ANDREW], uidl: 'x', message: { subject: 'Word' } });
      await north.mailStore.commit(unit);
      const { id } = unit.body;
      expect(await south.mailStore.message(id)).to.deep.equal(unit.message);
      expect(String(await octetsOf(south.mailStore.read(id)))).to.equal('Subject: hello\r\n\r\nhello\r\n');
      expect((await south.mailStore.copies(id)).map(({ mailbox }) => mailbox)).to.deep.equal([ANDREW]);
      expect((await south.mailStore.trace('word', 5)).map((trace) => trace.id)).to.deep.equal([id]);
      expect((await south.mailStore.mailboxes()).map(({ mailbox, messages }) => [mailbox, messages])).to.deep.equal([[ANDREW, 1]]);
      expect(await south.mailStore.list(ANDREW, 5)).to.have.length(1);
      expect((await south.journal.entries('company')).get('x')?.state).to.equal('stored');
      expect(await pickUp(south, ANDREW)).to.have.length(1);
      await north.storages.forPlugin('acme.x').set('a', 1);
      expect(await south.storages.forPlugin('acme.x').get('a')).to.equal(1);
      const revision = await north.revisions.add('cli', '{}', 0);
      expect((await south.revisions.latest())?.id).to.equal(revision);
    });

    it("lose nothing of each other's changes of a value, whether it is there, new, or removed", async () => {
      const either = (index: number) => (index % 2 === 0 ? north : south).storages.forPlugin('acme.x');
      const notes = Array.from({ length: 40 }, (_, index) => `${index}`);
      await Promise.all(
        notes.map((note, index) => either(index).update('notes', (before) => [...((before as readonly string[] | undefined) ?? []), note])),
      );
      expect(await either(0).get('notes')).to.have.members(notes);
      const turn = (before: unknown): unknown => (before === undefined ? 1 : before === 3 ? undefined : Number(before) + 1);
      await Promise.all(Array.from({ length: 40 }, (_, index) => either(index).update('turn', turn)));
      expect(await either(1).get('turn'), 'it went round ten times').to.equal(undefined);
    });

    it('have different names and numbers, and know of each other', async () => {
      const held = await south.leases.take('tidy');
      const seen = await north.leases.servers();
      expect(seen.map(({ name, isThis, isGone }) => [name, isThis, isGone])).to.deep.equal([
        ['north', true, false],
        ['south', false, false],
      ]);
      expect(new Set(seen.map(({ id }) => id)).size).to.equal(2);
      expect(seen[1]?.holds.map(({ lease }) => lease)).to.deep.equal(['tidy']);
      await held?.release();
    });

    it('give no number twice', async () => {
      const ids = new Set<string>();
      const uidls = new Set<string>();
      await Promise.all(
        [north, south].map(async (store) => {
          for (let n = 0; n < 300; n += 1) ids.add((await store.mailStore.stage()).id);
          for (let n = 0; n < 30; n += 1) await put(store, { to: [ANDREW, GREG], outbox: [outboxDraft('bob@far.example')] });
        }),
      );
      expect(ids.size).to.equal(600);
      for (const mailbox of [ANDREW, GREG]) for (const { uidl } of await pickUp(north, mailbox)) uidls.add(uidl);
      expect(uidls.size).to.equal(120);
      expect(new Set((await north.outbox.list()).map(({ id }) => id)).size).to.equal(60);
    });

    it('place the same content once in a mailbox, though it comes by both at once', async () => {
      const keys = Array.from({ length: 40 }, (_, n) => createHash('sha256').update(`${n}`).digest().subarray(0, 16));
      const results = await Promise.all(
        keys.flatMap((duplicateKey) => [north, south].map((store) => put(store, { to: [ANDREW, GREG], duplicateKey }))),
      );
      expect(results.reduce((sum, { placed }) => sum + placed.length, 0)).to.equal(80);
      expect(results.reduce((sum, { duplicates }) => sum + duplicates.length, 0)).to.equal(80);
      for (const mailbox of [ANDREW, GREG]) expect(await pickUp(south, mailbox)).to.have.length(40);
    });

    it('make a mailbox once, though both deliver its first message', async () => {
      const mailboxes = Array.from({ length: 20 }, (_, n) => ({ account: 'company', user: `user${n}` }));
      await Promise.all(mailboxes.flatMap((mailbox) => [north, south].map((store) => put(store, { to: [mailbox] }))));
      expect((await north.mailStore.mailboxes()).map(({ messages }) => messages)).to.deep.equal(mailboxes.map(() => 2));
    });

    it('store a fetched message once, though both have read it: that one which has the round', async () => {
      const former = await north.leases.take('round/company');
      const [unit, same] = [await mail(north, { to: [ANDREW], uidl: 'x' }), await mail(south, { to: [ANDREW], uidl: 'x' })];
      await former?.release();
      const lease = await south.leases.take('round/company');
      if (former === undefined || lease === undefined) throw new Error('The round is taken.');
      const [refusal] = await Promise.all([
        failureOf(north.mailStore.commit({ ...unit, fence: former.fence })),
        south.mailStore.commit({ ...same, fence: lease.fence }),
      ]);
      expect(refusal.code).to.equal('lease/lost');
      expect(await pickUp(north, ANDREW)).to.have.length(1);
      expect(await north.mailStore.message(unit.body.id)).to.equal(undefined);
    });

    it('give a lease to one of them, and to the other when that one lets go', async () => {
      for (let round = 0; round < 20; round += 1) {
        const leases = await Promise.all([north, south].map((store) => store.leases.take('round/company')));
        const [lease, ...others] = leases.filter((each) => each !== undefined);
        expect(others).to.deep.equal([]);
        const other = leases[0] === undefined ? north : south;
        expect(await other.leases.take('round/company')).to.equal(undefined);
        await lease?.release();
        const next = await other.leases.take('round/company');
        expect(next?.fence.token).to.be.above(lease?.fence.token ?? Number.NaN);
        await next?.release();
      }
    });

    it('let one session into a mailbox, whichever has it', async () => {
      await put(north, { to: [ANDREW] });
      const maildrop = await openMaildrop(north, ANDREW);
      expect(await south.maildrops.open(ANDREW)).to.equal('in-use');
      await maildrop.close();
      const next = await openMaildrop(south, ANDREW);
      expect((await failureOf(maildrop.remove([1]))).code).to.equal('lease/lost');
      await next.remove([1]);
      await next.close();
      expect(await pickUp(north, ANDREW)).to.deep.equal([]);
    });

    it('hear of what the other one puts into the Outbox, or takes out', async () => {
      let heard = 0;
      const listening = south.outbox.onDidChange(() => (heard += 1));
      await put(north, { outbox: [outboxDraft('bob@far.example'), outboxDraft('eve@far.example')] });
      await until('the other server counts what waits', () => south.outbox.counts().recipients === 2);
      expect(heard).to.be.at.least(1);
      expect(south.outbox.counts()).to.include({ messages: 1, untried: 1 });
      const [bob] = await north.outbox.list();
      await north.outbox.hold([bob?.id ?? 0]);
      await until('the other server knows what is held', () => south.outbox.counts().untried === 0);
      await north.outbox.report((await north.outbox.list()).map(({ id }) => update({ id }, 'bounced')));
      await until('the other server knows that nothing waits', () => south.outbox.counts().recipients === 0);
      listening.dispose();
    });

    it('R24 send no entry twice, and leave what the other one is sending', async () => {
      for (let n = 0; n < 10; n += 1) await put(north, { outbox: [outboxDraft('bob@far.example'), outboxDraft('eve@far.example')] });
      const wish = { limit: 7, forMs: 10 * MINUTE };
      const leased = (await Promise.all([north, south, north, south].map((store) => store.outbox.lease(wish)))).flat();
      expect(leased).to.have.length(20);
      expect(new Set(leased.map(({ id }) => id)).size).to.equal(20);
      expect([await north.outbox.recover(MINUTE), await south.outbox.recover(MINUTE)]).to.deep.equal([[], []]);
    });

    it('leave octets of a message on its way in to the one that takes it in', async () => {
      const octets = Buffer.concat([LARGE, LARGE]);
      const body = await north.mailStore.stage();
      await body.append(LARGE);
      await place.open({ server: 'west' });
      await body.append(LARGE);
      if (place.halves !== undefined) expect(await place.halves()).to.equal(1);
      await north.mailStore.commit(describeMail(body, createHash('sha256').update(octets).digest('hex'), { to: [ANDREW] }));
      expect((await octetsOf(south.mailStore.read(body.id))).equals(octets)).to.equal(true);
    });

    it('lose and double nothing where one gives a mailbox another name while the other delivers', async () => {
      let isRenamed = false;
      let sent = 0;
      const delivering = (async () => {
        while (!isRenamed || sent < 40) {
          sent += 1;
          await put(south, { to: [ANDREW], text: `${sent}` });
        }
      })();
      await until('some mail is there', async () => (await north.mailStore.list(ANDREW, 10)).length > 5);
      await north.mailStore.renameMailbox(ANDREW, CAROLYN);
      isRenamed = true;
      await delivering;
      const texts = [...(await pickUp(north, CAROLYN)), ...(await pickUp(south, ANDREW))].map(({ text }) => Number(text));
      expect(texts.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: sent }, (_, n) => n + 1));
      const before = (await pickUp(south, CAROLYN)).length;
      await put(north, { to: [CAROLYN] });
      expect(await pickUp(south, CAROLYN), 'the new name is known to both').to.have.length(before + 1);
    });

    it('sort a held message again once, though both are asked to', async () => {
      const unit = await mail(north, { message: { disposition: 'hold' } });
      await north.mailStore.commit(unit);
      const placement = { mailbox: ANDREW, prefix: Buffer.alloc(0), duplicateKey: KEY };
      const change = {
        from: 'hold',
        disposition: 'deliver',
        reason: '',
        rung: 'L4',
        trail: [],
        concealed: [],
        add: [placement],
        recall: [],
        outbox: [],
      } as const;
      const results = await Promise.all([north, south].map((store) => store.mailStore.resort(unit.body.id, change)));
      expect(results.filter((result) => result !== undefined)).to.have.length(1);
      expect(await pickUp(south, ANDREW)).to.have.length(1);
    });

    it('settle what the other one got no answer to', async function () {
      needs(this, place, 'loseAnswer');
      for (const isStored of [true, false]) {
        const unit = await mail(north, { to: [ANDREW] });
        await place.loseAnswer(north, isStored);
        expect((await failureOf(north.mailStore.commit(unit))).code).to.equal('store/unknown');
        expect(await settled(south, unit.body.id)).to.deep.equal(isStored ? { placed: [ANDREW], duplicates: [] } : undefined);
        expect(await settled(north, unit.body.id)).to.deep.equal(isStored ? { placed: [ANDREW], duplicates: [] } : undefined);
      }
      expect(await pickUp(south, ANDREW)).to.have.length(1);
    });

    it('F41 count a jump of the clock once, however many look', async () => {
      for (const store of [north, south]) await place.close(store);
      const clock = new VirtualClock();
      north = await place.open({ server: 'north', clock });
      south = await place.open({ server: 'south', clock });
      for (const store of [north, south]) await store.journal.followClock();
      await (await journalOf(north)).attempt(['a']);
      await clock.advance(60 * MINUTE);
      for (const jump of [720 * MINUTE, -720 * MINUTE]) {
        clock.jump(jump);
        await Promise.all([north, south].map((store) => store.journal.followClock()));
        await north.journal.followClock();
        const since = (await south.journal.entries('company')).get('a')?.since.getTime() ?? Number.NaN;
        expect(clock.now().getTime() - since).to.equal(60 * MINUTE);
      }
    });
  });
}
