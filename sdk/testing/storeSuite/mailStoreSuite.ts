// What every MailStore promises.
import { createHash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ADMIN1 } from '../../accounts.js';
import { SystemClock } from '../../base/clock.js';
import type { IntakeResult, IntakeUnit } from '../../services.js';
import { failureOf } from './failureOf.js';
import type { StorePlace, TestedStore } from './testedStore.js';
import { ANDREW, CAROLYN, describeMail, GREG, mail, octetsOf, openMaildrop, pickUp, put } from './testMail.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const KEY = Buffer.alloc(16, 7);

export function mailStoreSuite(engine: string, make: () => Promise<StorePlace>): void {
  describe(`MailStore on ${engine}`, () => {
    let place: StorePlace;
    let store: TestedStore;
    beforeEach(async () => {
      place = await make();
      store = await place.open();
    });
    afterEach(() => place.dispose());

    it('gives back a message as it was committed, also after a restart', async () => {
      const unit = await mail(store, {
        to: [ANDREW],
        uidl: 'x1',
        message: { author: ADMIN1, envelopeFrom: '', concealed: [{ start: 0, end: 3 }] },
      });
      await store.mailStore.commit(unit);
      await place.close(store);
      store = await place.open();
      expect(await store.mailStore.message(unit.body.id)).to.deep.equal(unit.message);
      expect(String(await octetsOf(store.mailStore.read(unit.body.id)))).to.equal('Subject: hello\r\n\r\nhello\r\n');
      expect(String(await octetsOf(store.mailStore.read(unit.body.id, 18)))).to.equal('hello\r\n');
      expect(await store.mailStore.message('__proto__')).to.equal(undefined);
    });

    it('F35 keeps interleaved changes apart, some of which fail at random', async () => {
      const state = store.storages.forPlugin('acme.x');
      const wanted: string[] = [];
      let newest: Promise<number | 'conflict'> = Promise.resolve(0);
      const addRevision = (text: string): Promise<unknown> => {
        newest = newest.then((after) => store.revisions.add('cli', text, Number(after)));
        return newest;
      };
      const work = Array.from({ length: 120 }, async (_, n) => {
        if (n % 3 === 0) await addRevision(`revision ${n}`);
        else if (n % 3 === 1) await state.set(`k${n}`, n);
        else if (n % 4 === 0) await failureOf(put(store, { to: [GREG], uidl: `bad${n}`, message: { subject: undefined as never } }));
        else {
          wanted.push(`u${n}`);
          await put(store, { to: [GREG], uidl: `u${n}` });
        }
      });
      await Promise.all(work);
      expect([...(await store.journal.entries('company')).keys()].sort()).to.deep.equal(wanted.sort());
      expect(await state.keys('')).to.have.length(40);
      expect(await store.revisions.list(100)).to.have.length(40);
      expect(await pickUp(store, GREG)).to.have.length(wanted.length);
    });

    it('shares one commit among all that wait', async () => {
      await put(store, { to: [ANDREW] });
      const before = store.stats.commits;
      await Promise.all(Array.from({ length: 200 }, () => put(store, { to: [ANDREW] })));
      expect(store.stats.commits - before).to.be.at.most(3);
    });

    it('takes the same content again after seven days', async () => {
      let now = new Date('2026-11-01T00:00:00Z');
      await place.close(store);
      const clock = Object.assign(new SystemClock(), { now: () => now });
      store = await place.open({ clock });
      await put(store, { to: [ANDREW], duplicateKey: KEY });
      now = new Date('2026-11-07T23:00:00Z');
      expect((await put(store, { to: [ANDREW], duplicateKey: KEY })).placed).to.deep.equal([]);
      now = new Date('2026-11-08T01:00:00Z');
      expect((await put(store, { to: [ANDREW], duplicateKey: KEY })).placed).to.deep.equal([ANDREW]);
    });

    it('sends 50 MB through with at most 32 MB of memory, unseen until the commit', async function () {
      this.timeout(60_000);
      const piece = Buffer.alloc(64 * 1024);
      const body = await store.mailStore.stage();
      const hash = createHash('sha256');
      collectGarbage();
      const before = process.memoryUsage.rss();
      let peak = before;
      const look = (): void => {
        peak = Math.max(peak, process.memoryUsage.rss());
      };
      for (let n = 0; n < 800; n += 1) {
        const octets = Buffer.alloc(piece.length, n % 251);
        hash.update(octets);
        await body.append(octets);
        look();
      }
      expect(await store.mailStore.recent(1)).to.deep.equal([]);
      const digest = hash.digest('hex');
      for (const source of [body.read(), undefined]) {
        const check = createHash('sha256');
        if (source === undefined) await store.mailStore.commit(describeMail(body, digest, { to: [ANDREW] }));
        for await (const octets of source ?? store.mailStore.read(body.id)) {
          expect(octets.length).to.be.at.most(256 * 1024);
          check.update(octets);
          look();
        }
        expect(check.digest('hex')).to.equal(digest);
      }
      expect((peak - before) / 2 ** 20).to.be.below(32);
    });

    it('sorts a held message again: releases it, recalls copies that nobody picked up, keeps those that somebody did', async () => {
      const unit = await mail(store, { message: { disposition: 'hold', reason: 'a tap failed' }, duplicateKey: KEY });
      const { id } = unit.body;
      await store.mailStore.commit(unit);
      expect((await store.mailStore.setAside()).map((message) => message.id)).to.deep.equal([id]);
      expect(await store.mailStore.setAside('quarantine')).to.deep.equal([]);

      const copy = (mailbox: typeof ANDREW): { mailbox: typeof ANDREW; prefix: Buffer; duplicateKey: Buffer } => ({
        mailbox,
        prefix: Buffer.from('X: 1\r\n'),
        duplicateKey: KEY,
      });
      const change = { disposition: 'deliver', reason: '', rung: 'L4', trail: [], concealed: [{ start: 0, end: 16 }], outbox: [] } as const;
      const add = [copy(ANDREW), copy(GREG)];
      const first = { ...change, from: 'hold', add, recall: [] } as const;
      expect((await store.mailStore.resort(id, first))?.placed).to.deep.equal([ANDREW, GREG]);
      expect(await store.mailStore.resort(id, first), 'decided before somebody else was faster').to.equal(undefined);
      expect(await store.mailStore.setAside()).to.deep.equal([]);
      expect((await pickUp(store, GREG))[0]).to.include({ size: 15, text: 'X: 1\r\n\r\nhello\r\n' });

      const maildrop = await openMaildrop(store, ANDREW);
      maildrop.picked([1], '192.0.2.7');
      await maildrop.close();
      const again = await store.mailStore.resort(id, {
        ...change,
        from: 'deliver',
        add: [copy(ANDREW), copy(CAROLYN)],
        recall: [ANDREW, GREG],
      });
      expect(again).to.deep.equal({ placed: [CAROLYN], duplicates: [] });
      expect(
        [await pickUp(store, ANDREW), await pickUp(store, GREG), await pickUp(store, CAROLYN)].map((list) => list.length),
      ).to.deep.equal([1, 0, 1]);
      expect((await put(store, { to: [GREG], duplicateKey: KEY })).placed, 'a recalled mailbox did not have it').to.deep.equal([GREG]);
      expect((await failureOf(store.mailStore.resort('99', { ...change, from: 'hold', add: [], recall: [] }))).code).to.equal(
        'mail/not-found',
      );
    });

    it('places a copy that everybody had once it is more than the header accounts for, in one commit or in several', async () => {
      const copy = async (text: string, recipients = 2): Promise<IntakeUnit> => {
        const unit = await mail(store, { to: [ANDREW], duplicateKey: KEY, text });
        const placement = { mailbox: ADMIN1, prefix: Buffer.from('why\r\n'), duplicateKey: KEY, isWanted: true };
        return { ...unit, surplus: { recipients, placement, rung: 'L7', trail: [] } };
      };
      const copies = await Promise.all(['a', 'b', 'c', 'd'].map((text) => copy(text)));
      const results = await Promise.all(copies.map((unit) => store.mailStore.commit(unit)));
      expect(results.map(({ placed, isSurplus }) => [placed.map(({ user }) => user).join(), isSurplus])).to.deep.equal([
        ['andrew', undefined],
        ['', undefined],
        ['admin1', true],
        ['', undefined],
      ]);
      expect((await pickUp(store, ADMIN1))[0]?.text).to.equal('why\r\nc');
      expect((await store.mailStore.list(ADMIN1, 1))[0]).to.include({ rung: 'L7' });
    });

    it('takes the same octets for a message that was read before, where they come days later', async () => {
      let now = new Date('2026-11-23T09:00:00Z');
      await place.close(store);
      store = await place.open({ clock: Object.assign(new SystemClock(), { now: () => now }) });
      const take = async (text: string, key: number): Promise<IntakeResult> => {
        const duplicateKey = Buffer.alloc(16, key);
        const placement = { mailbox: ADMIN1, prefix: Buffer.alloc(0), duplicateKey, isWanted: true };
        const unit = await mail(store, { to: [ANDREW], duplicateKey, text });
        return store.mailStore.commit({ ...unit, surplus: { recipients: 1, placement, rung: 'L7', trail: [] } });
      };
      await take('same', 1);
      await take('first', 2);
      now = new Date('2026-11-25T09:00:00Z');
      expect(await take('same', 1)).to.deep.equal({ placed: [], duplicates: [ANDREW] });
      expect(await take('second', 2)).to.include({ isSurplus: true });
    });

    it('removes a message that was set aside, and no other', async () => {
      const held = await mail(store, { message: { disposition: 'quarantine' } });
      const delivered = await mail(store, { to: [ANDREW] });
      await Promise.all([store.mailStore.commit(held), store.mailStore.commit(delivered)]);
      await store.mailStore.remove(held.body.id);
      expect(await store.mailStore.message(held.body.id)).to.equal(undefined);
      expect((await failureOf(store.mailStore.remove(delivered.body.id))).code).to.equal('mail/not-found');
      expect(await store.mailStore.trace(held.body.id, 1)).to.have.length(1);
    });

    it('traces by number, Message-ID, UIDL, mailbox and words, LIKE patterns taken literally', async () => {
      const unit = await mail(store, { to: [ANDREW], uidl: 'isp-7' });
      await store.mailStore.commit(unit);
      const [{ uidl } = { uidl: '' }] = await pickUp(store, ANDREW);
      for (const query of [unit.body.id, `<${unit.message.messageId}>`, 'isp-7', uidl, 'andrew@company', 'lisa', '100%']) {
        expect(
          (await store.mailStore.trace(query, 5)).map((trace) => trace.id),
          query,
        ).to.deep.equal([unit.body.id]);
      }
      for (const query of ['', 'l_sa', '%', 'nobody'])
        expect(await store.mailStore.trace(query, 5), query).to.have.length(query === '%' ? 1 : 0);
    });

    it('sums mailboxes up and lists their messages, newest first', async () => {
      await put(store, { to: [ANDREW, GREG], text: '12345', prefix: 'ab' });
      await put(store, { to: [ANDREW], text: '123' });
      const [andrew, greg] = await store.mailStore.mailboxes();
      expect(andrew).to.include({ messages: 2, bytes: 10 });
      expect(greg).to.include({ messages: 1, bytes: 7 });
      expect((await store.mailStore.list(ANDREW, 5)).map((message) => message.size)).to.deep.equal([3, 5]);
      expect((await store.mailStore.recent(1, 'company')).map((message) => message.size)).to.deep.equal([3]);
      expect(await store.mailStore.recent(1, 'other')).to.deep.equal([]);
    });
  });
}
