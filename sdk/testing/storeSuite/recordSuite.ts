// What every store promises of its journal, its activity log, the storages of plugins and the revisions of the settings.
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { SystemClock } from '../../base/clock.js';
import type { IntakeResult } from '../../services.js';
import { failureOf } from './failureOf.js';
import type { StorePlace, TestedStore } from './testedStore.js';
import { ANDREW, journalOf, mail, openMaildrop, pickUp, put } from './testMail.js';

const DAY = 86_400_000;

export function recordSuite(engine: string, make: () => Promise<StorePlace>): void {
  describe(`Journal, activity, storages of plugins and revisions on ${engine}`, () => {
    let place: StorePlace;
    let store: TestedStore;
    let now: Date;
    beforeEach(async () => {
      place = await make();
      now = new Date(2026, 10, 23, 12);
      store = await place.open({ clock: Object.assign(new SystemClock(), { now: () => now }) });
    });
    afterEach(() => place.dispose());

    it('knows what is stored and gone, and forgets only what the server no longer lists', async () => {
      const journal = await journalOf(store);
      for (const uidl of ['a', 'b', 'c', '__proto__']) await put(store, { to: [ANDREW], uidl });
      await journal.gone(['a', 'b']);
      const entries = await journal.entries();
      expect([...entries].map(([uidl, entry]) => `${uidl} ${entry.state}`)).to.deep.equal([
        '__proto__ stored',
        'a gone',
        'b gone',
        'c stored',
      ]);
      expect(entries.get('c')?.since).to.deep.equal(now);
      expect(await store.journal.entries('other')).to.have.property('size', 0);
      // The server ignored DELE for b, and c has vanished.
      await journal.listed(['b', '__proto__']);
      now = new Date(now.getTime() + 36 * DAY);
      expect(await store.journal.prune(35)).to.equal(2);
      expect([...(await journal.entries()).keys()]).to.deep.equal(['__proto__', 'b']);
    });

    it('counts tries over restarts, gives back those that the line ended, and F53 begins anew for a re-used UIDL', async () => {
      const journal = await journalOf(store);
      await journal.attempt(['x', 'y', 'z']);
      await journal.attempt(['x', 'y', 'z']);
      await journal.ended({ failed: ['y'], untried: ['z'] });
      await place.close(store);
      store = await place.open();
      const reopened = await journalOf(store);
      await reopened.attempt(['x']);
      const entries = await reopened.entries();
      expect(entries.get('x')).to.deep.include({ state: 'failed', attempts: 3, failures: 0 });
      expect(entries.get('y')).to.deep.include({ state: 'failed', attempts: 1, failures: 1 });
      expect(entries.get('z')).to.deep.include({ state: 'failed', attempts: 1, failures: 0 });
      await put(store, { to: [ANDREW], uidl: 'x' });
      expect((await reopened.entries()).get('x')).to.deep.include({ state: 'stored', attempts: 0 });
      await reopened.attempt(['x']);
      expect((await reopened.entries()).get('x')).to.deep.include({ state: 'failed', attempts: 1, failures: 0 });
    });

    it('knows a message by its octets where the ISP gave it a new id, and only where the former id has vanished (81)', async () => {
      const journal = await journalOf(store);
      const renamed = async (uidl: string): Promise<IntakeResult> => {
        const unit = await mail(store, { text: 'Subject: one\r\n\r\none\r\n', to: [ANDREW], uidl });
        return store.mailStore.commit({ ...unit, journal: unit.journal && { ...unit.journal, maybeRenamed: true } });
      };
      await renamed('old');
      const since = (await journal.entries()).get('old')?.since;
      await journal.listed(['new']);
      expect(await renamed('new')).to.deep.equal({ placed: [], duplicates: [ANDREW], formerUidl: 'old' });
      const entries = await journal.entries();
      expect([...entries.keys()]).to.deep.equal(['new']);
      expect(entries.get('new')?.since).to.deep.equal(since);
      expect((await renamed('third')).placed, 'listed beside the other').to.deep.equal([ANDREW]);
    });

    it('knows a message that is read again under its own id, whatever has been tried since (80)', async () => {
      const journal = await journalOf(store);
      const again = async (text: string): Promise<IntakeResult> => {
        const unit = await mail(store, { text: `Subject: one\r\n\r\n${text}\r\n`, to: [ANDREW], uidl: 'x' });
        return store.mailStore.commit({
          ...unit,
          journal: unit.journal && { ...unit.journal, headerPrint: `of ${text}`, maybeRenamed: true },
        });
      };
      await again('one');
      await journal.attempt(['x']);
      expect((await journal.entries()).get('x'), 'the header may be another now').to.not.have.property('headerPrint');
      expect(await again('one')).to.deep.equal({ placed: [], duplicates: [ANDREW], formerUidl: 'x' });
      expect((await again('another')).placed).to.deep.equal([ANDREW]);
      expect((await journal.entries()).get('x')).to.deep.include({ state: 'stored', headerPrint: 'of another' });
    });

    it('reads a journal of many pages', async () => {
      await (await journalOf(store)).attempt(Array.from({ length: 5_003 }, (_, n) => `uidl "${n}"`));
      expect(await store.journal.entries('company')).to.have.property('size', 5_003);
    });

    it('reads activity newest first, by day, account, kind and text', async () => {
      const entry = { account: 'company', user: undefined, message: undefined } as const;
      store.activity.add({ ...entry, kind: 'collected', text: 'Collected 100% of 3', details: { octets: 5 } });
      store.activity.add({ ...entry, kind: 'sent', text: 'Sent 1' });
      await store.settle();
      now = new Date(2026, 10, 24, 0, 1);
      store.activity.add({ ...entry, account: 'works', kind: 'sent', text: 'Sent 2' });
      await store.settle();
      const texts = async (query: object): Promise<string[]> =>
        (await store.activity.read({ limit: 10, ...query })).map((activity) => activity.text);
      expect(await texts({})).to.deep.equal(['Sent 2', 'Sent 1', 'Collected 100% of 3']);
      expect(await texts({ day: '2026-11-23', account: 'company', kind: 'sent' })).to.deep.equal(['Sent 1']);
      expect(await texts({ text: '0% OF' })).to.deep.equal(['Collected 100% of 3']);
      expect(await texts({ before: 3, limit: 1 })).to.deep.equal(['Sent 1']);
      expect((await store.activity.read({ limit: 1, day: '2026-11-23', before: 2 }))[0]?.details).to.deep.equal({ octets: 5 });
      expect(await store.activity.days()).to.deep.equal([
        { day: '2026-11-24', entries: 1 },
        { day: '2026-11-23', entries: 2 },
      ]);
      expect(await store.activity.prune(1)).to.equal(0);
      expect(await store.activity.prune(0)).to.equal(2);
    });

    it('shows at once what this server has added to the log', async () => {
      const entry = { kind: 'service', account: undefined, user: undefined, message: undefined } as const;
      for (const text of ['one', 'two', 'three']) {
        store.activity.add({ ...entry, text });
        expect((await store.activity.read({ limit: 1 }))[0]?.text).to.equal(text);
      }
      store.activity.add({ ...entry, text: 'four' });
      expect(await store.activity.days()).to.deep.equal([{ day: '2026-11-23', entries: 4 }]);
    });

    it('keeps the trace of a message that is gone as long as the log', async () => {
      await put(store, { to: [ANDREW], uidl: 'x' });
      await pickUp(store, ANDREW);
      const maildrop = await openMaildrop(store, ANDREW);
      await maildrop.remove([1]);
      await maildrop.close();
      now = new Date(2026, 11, 23, 12);
      await store.activity.prune(30);
      expect((await store.mailStore.trace('x', 1))[0]?.copies[0]?.removedAt).to.deep.equal(new Date(2026, 10, 23, 12));
      await store.activity.prune(29);
      expect(await store.mailStore.trace('x', 1)).to.deep.equal([]);
    });

    it('keeps values of plugins apart, lets them expire, and limits them', async () => {
      const state = store.storages.forPlugin('acme.one');
      const other = store.storages.forPlugin('acme.two');
      await state.set('a/1', { list: [1, 'ü'] });
      await state.set('a/2', false, new Date(now.getTime() + 1_000));
      await state.set('b', 1);
      await other.set('a/1', 'other');
      expect(await state.get('a/1')).to.deep.equal({ list: [1, 'ü'] });
      expect(await state.keys('a/')).to.deep.equal(['a/1', 'a/2']);
      now = new Date(now.getTime() + 1_000);
      expect([await state.get('a/2'), await state.keys('a/')]).to.deep.equal([undefined, ['a/1']]);
      await store.storages.prune(now);
      await state.delete('b');
      await store.storages.remove('acme.one');
      expect([await state.keys(''), await other.get('a/1')]).to.deep.equal([[], 'other']);
      expect((await failureOf(state.set('x', 'y'.repeat(65_536)))).code).to.equal('store/full');
      expect(await failureOf(state.set('x', undefined))).to.be.instanceOf(TypeError);
    });

    it('changes a value by a function, in one step', async () => {
      const state = store.storages.forPlugin('acme.one');
      const add = (by: number) => (before: unknown) => ((before as number | undefined) ?? 0) + by;
      expect(await state.update('sum', add(1))).to.equal(1);
      expect(await Promise.all(Array.from({ length: 50 }, () => state.update('sum', add(2))))).to.include(101);
      expect(await state.get('sum')).to.equal(101);
      expect(await state.update('list', () => [{ a: 'ü' }])).to.deep.equal([{ a: 'ü' }]);
      // What is done to the argument itself counts like any answer.
      await state.update('list', (before) => {
        (before as unknown[]).push(2);
        return before;
      });
      expect(await state.get('list')).to.deep.equal([{ a: 'ü' }, 2]);
      expect([await state.update('sum', () => undefined), await state.get('sum')]).to.deep.equal([undefined, undefined]);
      expect(await state.update('sum', () => undefined), 'what is not there').to.equal(undefined);
      const mistake = new Error('a slip');
      const throwing = (): never => {
        throw mistake;
      };
      expect(await failureOf(state.update('list', throwing))).to.equal(mistake);
      expect(await failureOf(state.update('list', () => Symbol('x')))).to.be.instanceOf(TypeError);
      expect((await failureOf(state.update('list', () => 'y'.repeat(65_536)))).code).to.equal('store/full');
      expect(await state.get('list')).to.deep.equal([{ a: 'ü' }, 2]);
    });

    it('takes what has expired for gone where a value is changed, and keeps its end where no other is given', async () => {
      const state = store.storages.forPlugin('acme.one');
      const soon = new Date(now.getTime() + 1_000);
      await state.set('a', 1, soon);
      expect(await state.update('a', (before) => [before])).to.deep.equal([1]);
      await state.update('b', () => 1, soon);
      await state.update('c', () => 1, soon);
      await state.update('c', () => 1, new Date(now.getTime() + 2_000));
      now = soon;
      expect(await state.keys('')).to.deep.equal(['c']);
      expect(await state.update('a', (before) => [before])).to.deep.equal([null]);
      now = new Date(now.getTime() + 86_400_000);
      expect(await state.keys(''), 'a new entry has no end').to.deep.equal(['a']);
    });

    it('keeps 64 MB of a plugin and no more, whatever its entries are called, until it deletes some', async () => {
      const state = store.storages.forPlugin('acme.much');
      const piece = 'y'.repeat(63 * 1024);
      for (let batch = 0; batch < 4; batch += 1) {
        await Promise.all(Array.from({ length: 260 }, (_, index) => state.set(`${batch}/${index}`, piece).catch(() => undefined)));
      }
      const refused = await failureOf(state.set('one more', piece));
      expect([refused.code, refused.message]).to.deep.equal([
        'store/full',
        'Plugin acme.much keeps 64 MB already. Delete some, or let them expire.',
      ]);
      expect((await failureOf(state.update('one more', () => piece))).code).to.equal('store/full');
      await state.set('0/0', 'smaller');
      await state.set('one more', 'small');
      await store.storages.forPlugin('acme.other').set('a', piece);
      for (let index = 0; index < 10; index += 1) await state.delete(`1/${index}`);
      await state.set('one more', piece);
      await store.storages.remove('acme.much');
      await state.set('one more', piece);
    });

    it('keeps every revision of the settings', async () => {
      expect(await store.revisions.latest()).to.equal(undefined);
      const first = Number(await store.revisions.add('cli', '{}', 0));
      const id = await store.revisions.add('manager:ADMIN1', '{"a":1}', first);
      expect(await store.revisions.latest()).to.deep.equal({ id, at: now, author: 'manager:ADMIN1', text: '{"a":1}' });
      expect((await store.revisions.list(5)).map((revision) => revision.author)).to.deep.equal(['manager:ADMIN1', 'cli']);
      expect((await store.revisions.get(first))?.text).to.equal('{}');
    });

    it('adds a revision behind the one that it comes after, and none where another one is the newest', async () => {
      const first = Number(await store.revisions.add('cli', '{}', 0));
      expect(await store.revisions.add('cli', '{"a":1}', 0)).to.equal('conflict');
      const added = await Promise.all(
        Array.from({ length: 20 }, (_, server) => store.revisions.add('another server', `{"a":${server}}`, first)),
      );
      expect(added.filter((each) => each !== 'conflict')).to.have.length(1);
      expect(await store.revisions.list(10)).to.have.length(2);
    });
  });
}
