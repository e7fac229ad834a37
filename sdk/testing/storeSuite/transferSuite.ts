// What every store promises of everything in it moving to another store: that it comes out, goes in, and is the same for clients, senders and rounds.
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { TransferRecord } from '../../services.js';
import { failureOf } from './failureOf.js';
import type { StorePlace } from './testedStore.js';
import { ANDREW, CAROLYN, journalOf, octetsOf, pickUp, put } from './testMail.js';
import { allRecords, fillStore, moveAll, TAKEN } from './transferred.js';

const MINUTE = 60_000;
const GREGORY = { account: 'company', user: 'gregory' };

export function transferSuite(engine: string, make: () => Promise<StorePlace>): void {
  describe(`Everything moved from a store on ${engine} to another one`, () => {
    let former: StorePlace;
    let place: StorePlace;
    beforeEach(async () => {
      former = await make();
      place = await make();
    });
    afterEach(async () => {
      await former.dispose();
      await place.dispose();
    });

    async function moved(): Promise<void> {
      await fillStore(former);
      await moveAll(former.transfer, place.transfer);
    }

    it('has every record, of every kind, in its order', async () => {
      await moved();
      const [before, after] = [await allRecords(former.transfer), await allRecords(place.transfer)];
      expect(after.filter(isThing)).to.deep.equal(before.filter(isThing));
      const kinds = [...new Set(after.map(({ kind }) => kind))];
      expect(kinds.filter((kind) => kind !== 'octets')).to.deep.equal([
        ...['mailbox', 'message', 'copy', 'seen', 'entry', 'journal', 'clock', 'log', 'value', 'revision', 'document', 'numbers'],
      ]);
    });

    it('P44 shows mail clients the same UIDLs, sizes and octets', async () => {
      await fillStore(former);
      const seen = async (from: StorePlace): Promise<unknown> => {
        const store = await from.open();
        const mailboxes = [ANDREW, CAROLYN, GREGORY, { account: undefined, user: 'admin1' }];
        const all: unknown[] = [];
        for (const mailbox of mailboxes) all.push(await pickUp(store, mailbox));
        all.push(await store.census());
        await from.close(store);
        return all;
      };
      const before = await seen(former);
      await moveAll(former.transfer, place.transfer);
      expect(await seen(place)).to.deep.equal(before);
    });

    it('gives no number twice, not even one whose thing is gone', async () => {
      await moved();
      const before = numbersOf(await allRecords(former.transfer));
      const store = await place.open();
      await put(store, { to: [{ account: 'company', user: 'new' }], outbox: [] });
      await put(store, { outbox: [{ ...DRAFT }], uidl: 'new' });
      store.activity.add({ kind: 'service', account: undefined, user: undefined, message: undefined, text: 'later' });
      await store.settle();
      await place.close(store);
      const after = (await allRecords(place.transfer)).filter(isThing);
      const highest = (kind: TransferRecord['kind'], of: (record: never) => number): number =>
        Math.max(...after.filter((record) => record.kind === kind).map((record) => of(record as never)));
      expect(highest('message', (record: { message: { id: string } }) => Number(record.message.id))).to.be.greaterThan(before.message);
      expect(highest('copy', ({ number }: { number: number }) => number)).to.be.greaterThan(before.copy);
      expect(highest('mailbox', ({ number }: { number: number }) => number)).to.be.greaterThan(before.mailbox);
      expect(highest('entry', ({ id }: { id: number }) => id)).to.be.greaterThan(before.entry);
      expect(highest('log', ({ entry }: { entry: { id: number } }) => entry.id)).to.be.greaterThan(before.log);
      const now = numbersOf(await allRecords(place.transfer));
      for (const what of ['mailbox', 'message', 'copy', 'entry', 'log', 'revision', 'token'] as const) {
        expect(now[what], what).to.be.at.least(before[what]);
      }
    });

    it('R24 leaves in doubt what was in doubt, and to be sent what was being sent', async () => {
      await moved();
      const store = await place.open();
      const recovered = await store.outbox.recover(MINUTE);
      expect(recovered.filter(({ inDoubt }) => inDoubt).map(({ recipient }) => recipient)).to.deep.equal(['doubt@far.example']);
      const due = await store.outbox.lease({ limit: 10, forMs: MINUTE });
      expect(due.map(({ recipient }) => recipient)).to.deep.equal(['sending@far.example', 'waits@far.example']);
      const states = (await store.outbox.list()).map(({ recipient, state, doubts = 0, delayNoticed }) => [
        recipient,
        state,
        doubts,
        delayNoticed,
      ]);
      expect(states).to.deep.include.members([
        ['held@far.example', 'held', 1, true],
        ['late@far.example', 'deferred', 1, true],
      ]);
      await place.close(store);
    });

    it('knows what a mailbox took a moment before, and what is stored of the ISP', async () => {
      await moved();
      const records = await allRecords(former.transfer);
      const store = await place.open();
      expect((await put(store, { to: [ANDREW, CAROLYN], duplicateKey: TAKEN })).duplicates).to.deep.equal([ANDREW]);
      const entries = await (await journalOf(store)).entries();
      expect([...entries.keys()]).to.deep.equal(records.flatMap((record) => (record.kind === 'journal' ? record.uidl : [])));
      expect(entries.get('tried')).to.deep.include({ state: 'failed', attempts: 0, failures: 1 });
      expect(entries.get('too large')).to.deep.include({ isTold: true, order: 'fetch' });
      await place.close(store);
    });

    it('keeps the octets of what is set aside, values with their end, settings and documents', async () => {
      await moved();
      const store = await place.open();
      const [aside] = await store.mailStore.setAside();
      expect(String(await octetsOf(store.mailStore.read(aside?.id ?? '')))).to.equal('Subject: hello\r\n\r\nhello\r\n');
      expect(await store.storages.forPlugin('acme.one').get('key/ä')).to.deep.equal({ list: [1, 'two', null] });
      await store.storages.prune(new Date(Date.now() + 2 * 86_400_000));
      expect(await store.storages.forPlugin('acme.two').get('soon')).to.equal(undefined);
      expect((await store.revisions.latest())?.text).to.equal('{ // with a comment\n}');
      expect(await store.documents.list('')).to.deep.equal(['packed/acme.one-1.0.0.tgz', 'settings.json']);
      await store.quickCheck();
      await place.close(store);
    });

    it('goes into no store that has something', async () => {
      await fillStore(place);
      expect(await failureOf(place.transfer.openTarget())).to.have.property('code', 'store/not-empty');
    });

    it('is kept from servers until all is there, and begins again where it was interrupted', async () => {
      await fillStore(former);
      const source = await former.transfer.openSource();
      const half = await place.transfer.openTarget();
      await failureOf(half.take(upTo(source.records(), 'entry')));
      await half.close();
      expect(await failureOf(place.open())).to.have.property('code', 'data/unfinished');
      expect(await failureOf(place.transfer.takeUp())).to.have.property('code', 'data/unfinished');
      await source.close();
      await moveAll(former.transfer, place.transfer);
      expect((await allRecords(place.transfer)).filter(isThing)).to.deep.equal((await allRecords(former.transfer)).filter(isThing));
    });

    it('is out of reach of servers in the former store, until that is taken up again', async () => {
      await fillStore(former);
      const source = await former.transfer.openSource();
      await source.retire({ to: 'another one', at: new Date('2026-11-23T09:00:00Z') });
      await source.close();
      const refused = await failureOf(former.open());
      expect(refused).to.have.property('code', 'data/moved');
      expect(String(refused)).to.include('copied to another one on 2026-11-23').and.to.include('postroom store use');
      expect(await failureOf(former.transfer.openSource())).to.have.property('code', 'data/moved');
      expect(await former.transfer.moved()).to.deep.equal({ to: 'another one', at: new Date('2026-11-23T09:00:00Z') });
      await former.transfer.takeUp();
      expect(await former.transfer.moved()).to.equal(undefined);
      await former.close(await former.open());
    });

    it('is read and filled by nobody while a server is there, and no server starts meanwhile', async () => {
      const store = await former.open();
      expect(await failureOf(former.transfer.openSource())).to.have.property('code', 'data/locked');
      await former.close(store);
      const source = await former.transfer.openSource();
      expect(await failureOf(former.open())).to.have.property('code', 'data/locked');
      await source.close();
      await former.close(await former.open());
    });
  });
}

const DRAFT = {
  account: 'company',
  from: 'mail@company.example',
  recipient: 'new@far.example',
  prefix: Buffer.alloc(0),
  ret: undefined,
  envid: undefined,
  notify: undefined,
  orcpt: undefined,
} as const;

/** Numbers may be higher in the new store. */
function isThing({ kind }: TransferRecord): boolean {
  return kind !== 'numbers';
}

function numbersOf(records: readonly TransferRecord[]): Extract<TransferRecord, { readonly kind: 'numbers' }> {
  const last = records.at(-1);
  if (last?.kind !== 'numbers') throw new Error('The numbers do not come last.');
  return last;
}

/** Fails at the first record of a kind. */
async function* upTo(records: AsyncIterable<TransferRecord>, kind: TransferRecord['kind']): AsyncGenerator<TransferRecord> {
  for await (const record of records) {
    if (record.kind === kind) throw new Error('cut');
    yield record;
  }
}
