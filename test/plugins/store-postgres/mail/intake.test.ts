// What the group of messages does that no suite of contracts sees: who shares a commit with whom, and what of it stands in which table.
import type { IntakeUnit, NoticeDraft } from '@postroom/sdk/services';
import { seenKeyOf } from '@postroom/sdk/store';
import { ANDREW, GREG, mail, put } from '@postroom/sdk/testing/store';
import { expect } from 'chai';
import type { PostgresStore } from '#plugins/store-postgres/dist/postgresStore.js';
import { failureOf } from '../../../kit/failureOf.js';
import { testCluster } from '../../../kit/postgres/testCluster.js';
import { until } from '../../../kit/until.js';
import { PostgresPlace } from '../postgresPlace.js';

/** What makes a unit one that is stored by itself. */
const notice = (uidl: string): NoticeDraft => ({
  account: 'company',
  uidl,
  listedSize: 5,
  headerPrint: undefined,
  notice: { why: 'too-large', from: '', subject: '', told: [ANDREW] },
});

describe('Intake on PostgreSQL', () => {
  let place: PostgresPlace;
  let store: PostgresStore;
  beforeEach(async function () {
    place = await PostgresPlace.make(await testCluster(this));
    store = await place.open();
  });
  afterEach(() => place?.dispose());

  const count = async (what: string): Promise<unknown> => (await place.database.query(`SELECT count(*)::int AS n FROM ${what}`))[0]?.['n'];
  const units = (count: number, sketch: (n: number) => Parameters<typeof mail>[1]): Promise<readonly IntakeUnit[]> =>
    Promise.all(Array.from({ length: count }, (_, n) => mail(store, sketch(n))));

  it('puts what waits into one statement, submissions and fetched mail alike', async () => {
    await put(store, { to: [ANDREW, GREG] });
    const lease = await store.leases.take('round/company');
    const fence = lease?.fence;
    const waiting = await units(60, (n) => ({ to: [ANDREW], ...(n % 2 === 0 && { uidl: `u${n}` }) }));
    const before = store.stats;
    await Promise.all(waiting.map((unit, n) => store.mailStore.commit({ ...unit, ...(n % 2 === 0 && fence && { fence }) })));
    expect(store.stats.commits - before.commits).to.be.at.most(2);
    expect(store.stats.units - before.units).to.equal(60);
    expect(await count(`journal WHERE state = 'stored'`)).to.equal(30);
    await lease?.release();
  });

  it('names a content in a mailbox as every store does', async () => {
    const duplicateKey = Buffer.from('0123456789abcdef');
    await put(store, { to: [ANDREW], duplicateKey });
    await store.mailStore.commit({ ...(await mail(store, { to: [GREG], duplicateKey })), tells: notice('x') });
    const seen =
      await place.database.query(`SELECT mailbox.id, encode(key, 'hex') AS key FROM mailbox JOIN placement ON mailbox_id = mailbox.id
      JOIN seen ON seen.key = seen_key ORDER BY mailbox.id`);
    expect(seen.map(({ key }) => key)).to.deep.equal(seen.map(({ id }) => seenKeyOf(Number(id), duplicateKey).toString('hex')));
    expect(seen).to.have.length(2);
  });

  it('refuses what bears a lost fence, and takes what shares the statement', async () => {
    await put(store, { to: [ANDREW] });
    const first = await store.leases.take('round/company');
    await first?.release();
    const second = await store.leases.take('round/company');
    const waiting = await units(6, (n) => ({ to: [ANDREW], uidl: `u${n}` }));
    const results = await Promise.allSettled(
      waiting.map((unit, n) =>
        store.mailStore.commit({ ...unit, ...(first && second && { fence: (n % 2 === 0 ? first : second).fence }) }),
      ),
    );
    expect(results.map((result) => (result.status === 'fulfilled' ? 'stored' : (result.reason as { code: string }).code))).to.deep.equal([
      'lease/lost',
      'stored',
      'lease/lost',
      'stored',
      'lease/lost',
      'stored',
    ]);
    expect(await count('message')).to.equal(4);
    expect(await count('chunk')).to.equal(4);
    await second?.release();
  });

  it('stores the others where one of them is what the database does not take', async () => {
    await put(store, { to: [ANDREW] });
    const waiting = await units(9, (n) => ({ to: [ANDREW], ...(n === 4 && { message: { subject: undefined as never } }) }));
    const results = await Promise.allSettled(waiting.map((unit) => store.mailStore.commit(unit)));
    expect(results.map(({ status }) => status).filter((status) => status === 'rejected')).to.have.length(1);
    expect(await count('message')).to.equal(9);
  });

  it('finds a mailbox by its name in the statement itself: one that was renamed elsewhere is made again', async () => {
    await put(store, { to: [ANDREW] });
    const other = await place.open({ server: 'b' });
    await other.mailStore.renameMailbox(ANDREW, GREG);
    await put(store, { to: [ANDREW] });
    const mailboxes = await store.mailStore.mailboxes();
    expect(mailboxes.map(({ mailbox, messages }) => [mailbox.user, messages])).to.deep.equal([
      ['andrew', 1],
      ['greg', 1],
    ]);
  });

  it('places what comes to both servers at once, the same and other things, once each and without an end of waiting', async () => {
    const other = await place.open({ server: 'b' });
    const mailboxes = Array.from({ length: 5 }, (_, n) => ({ account: 'company', user: `user${n}` }));
    const keys = Array.from({ length: 20 }, (_, n) => Buffer.alloc(16, n));
    const both = [store, other].flatMap((each) =>
      keys.map(async (duplicateKey, n) => put(each, { to: n % 2 === 0 ? mailboxes : [...mailboxes].reverse(), duplicateKey })),
    );
    const results = await Promise.all(both);
    expect(results.flatMap(({ placed }) => placed)).to.have.length(100);
    expect(await count('placement')).to.equal(100);
    expect(await count('seen')).to.equal(100);
    // Of a message whose copies were all one too many its trace is all that stays.
    expect(await count('chunk')).to.equal(await count('message WHERE gone_at IS NULL'));
  });

  it('keeps no octets of a large message that was discarded, refused, or a copy too many', async () => {
    const octets = Buffer.alloc(3 * 2 ** 20, 65);
    const duplicateKey = Buffer.alloc(16, 1);
    await put(store, { to: [ANDREW], octets, duplicateKey });
    expect((await put(store, { to: [ANDREW], octets, duplicateKey })).placed).to.deep.equal([]);
    const discarded = await mail(store, { octets });
    await discarded.body.discard();
    const first = await store.leases.take('round/company');
    await first?.release();
    const second = await store.leases.take('round/company');
    const refused = { ...(await mail(store, { to: [ANDREW], octets })), ...(first && { fence: first.fence }) };
    expect((await failureOf(store.mailStore.commit(refused))).code).to.equal('lease/lost');
    await refused.body.discard();
    expect(await count('chunk')).to.equal(12);
    expect(await count('spill')).to.equal(0);
    await second?.release();
  });

  it('lets go of octets that were discarded while the database was away, when it hears of the server again', async () => {
    const body = await store.mailStore.stage();
    await body.append(Buffer.alloc(2 ** 20));
    const half = await store.mailStore.stage();
    await half.append(Buffer.alloc(2 ** 20));
    const resume = place.cutOff(store);
    expect((await failureOf(Promise.resolve(half.append(Buffer.alloc(2 ** 20))))).code).to.equal('store/unreachable');
    await Promise.all([body.discard(), half.discard()]);
    expect(await count('chunk')).to.equal(8);
    resume();
    await until('they are gone', async () => (await count('chunk')) === 0 && (await count('spill')) === 0);
  });

  it('does not let octets of a message outlive the row that says whose they are', async () => {
    const body = await store.mailStore.stage();
    await body.append(Buffer.alloc(2 ** 20));
    expect(await count('chunk')).to.equal(4);
    // Another server took this one for gone.
    await place.database.query('WITH swept AS (DELETE FROM spill) DELETE FROM chunk');
    expect((await failureOf(Promise.resolve(body.append(Buffer.alloc(2 ** 20))))).code).to.equal('lease/lost');
    expect(await count('chunk')).to.equal(0);
    await body.discard();
  });

  it('is heard of by whoever asks later, also where many lost their answer together', async () => {
    await put(store, { to: [ANDREW] });
    for (const isStored of [true, false]) {
      const waiting = await units(20, () => ({ to: [ANDREW] }));
      await place.loseAnswer(store, isStored);
      const results = await Promise.allSettled(waiting.map((unit) => store.mailStore.commit(unit)));
      const unknown = waiting.filter((_, n) => results[n]?.status === 'rejected');
      expect(unknown.length).to.be.greaterThan(0);
      const outcomes = await Promise.all(unknown.map(({ body }) => store.mailStore.outcome(body.id)));
      expect(outcomes).to.deep.equal(unknown.map(() => (isStored ? { placed: [ANDREW], duplicates: [] } : undefined)));
      for (const unit of isStored ? [] : unknown) expect((await failureOf(store.mailStore.commit(unit))).code).to.equal('store/failed');
    }
    expect(await store.mailStore.recent(1)).to.have.length(1);
  });

  it('says within a moment that nothing can be stored, and that it can again', async () => {
    expect((await store.mailStore.room()).answer).to.equal('yes');
    let failures = 0;
    const listening = store.onDidFail(() => {
      failures += 1;
    });
    const resume = place.cutOff(store);
    expect((await failureOf(put(store, { to: [ANDREW] }))).code).to.equal('store/unreachable');
    await until('it is known', () => store.trouble !== undefined);
    expect([(await store.mailStore.room()).answer, failures]).to.deep.equal(['no', 1]);
    await failureOf(store.reopen());
    resume();
    await until('it is over', () => store.trouble === undefined);
    await put(store, { to: [ANDREW] });
    await listening.dispose();
  });
});
