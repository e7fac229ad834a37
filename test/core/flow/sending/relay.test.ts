// The Outbox's part of a round, on an Outbox that a test answers for: what is leased, given back and taken over.
import '#core/base/injection.js';
import { type DeliverHandler, type DestinationReceipt, PostroomError } from '@postroom/sdk';
import type { LeasedEntry, Leases, Outbox, OutboxEntry, OutboxUpdate } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { BounceStep } from '#core/flow/sending/bounce.js';
import { RelayStep } from '#core/flow/sending/relay.js';
import { RelayRecords } from '#core/flow/sending/relayRecords.js';
import { ANDREW, FlowFixture, inPieces, octetsOf, outboxEntry } from '../support/flowFixture.js';

const MINUTE = 60_000;
const FAR = 'ruth@far.example';
const LETTER = octetsOf('From: mail@company.example\nSubject: Hello\n\nA letter.\n');

describe('sending', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let fixture: FlowFixture;
  let sending: RelayStep;
  /** On another server on the store. */
  let other: RelayStep;
  let message: string;
  /** Taken in turn by `lease`, and by `recover`. */
  let due: (readonly OutboxEntry[])[];
  let left: (readonly OutboxEntry[])[];
  let listed: readonly OutboxEntry[];
  /** Calls of the Outbox. */
  let leases: Parameters<Outbox['lease']>[0][];
  let released: (readonly [readonly LeasedEntry[], number | undefined])[];
  let reported: OutboxUpdate[];
  let refuses: (update: OutboxUpdate) => Error | undefined;
  let doubts: (readonly LeasedEntry[])[];
  let retried: (readonly number[])[];
  beforeEach(async () => {
    fixture = new FlowFixture();
    fixture.takeCopies();
    [due, left, listed, leases, released, reported, doubts, retried] = [[], [], [], [], [], [], [], []];
    refuses = () => undefined;
    const outbox = {
      lease: async (wish) => {
        leases.push(wish);
        return due.shift() ?? [];
      },
      newest: async () => 17,
      recover: async (forMs, atWork) => {
        expect(forMs).to.equal(20 * MINUTE);
        // What a round left that the store cut off is no other sender's.
        expect(atWork).to.deep.equal([]);
        return left.shift() ?? [];
      },
      enterDoubt: async (entries) => void doubts.push(entries),
      leaveDoubt: async () => undefined,
      release: async (entries, inMs) => void released.push([entries, inMs]),
      report: async (updates) => {
        for (const update of updates) {
          const error = refuses(update);
          if (error !== undefined) throw error;
          reported.push(update);
        }
      },
      list: async ({ ids } = {}) => listed.filter(({ id }) => ids?.includes(id) ?? true),
      retry: async (ids) => void retried.push(ids),
    } as Partial<Outbox> as Outbox;
    const { own, accounts, server, clock, eventBus, activityLog, log, delivering } = fixture;
    const store = fixture.store.asStore;
    const bounce = new BounceStep(own, store, outbox, accounts, server, clock, log);
    const records = new RelayRecords(outbox, store, bounce, clock, eventBus, activityLog, log);
    const journal = { followClock: async () => undefined } as never;
    const leasesOf = (name: string): Leases => (name === 'a' ? fixture.leases : fixture.shared.of(name));
    [sending, other] = ['a', 'b'].map(
      (name) =>
        new RelayStep(outbox, store, accounts, delivering, records, journal, clock, eventBus, log, fixture.state, { name }, leasesOf(name)),
    ) as [RelayStep, RelayStep];
    message = await submit();
  });

  async function submit(): Promise<string> {
    const client = { helo: 'pc', address: '192.0.2.9', protocol: 'ESMTPSA' };
    const submission = { author: ANDREW, from: 'mail@company.example', recipients: [{ address: FAR }], client };
    return (await fixture.submissions.submit(inPieces(LETTER), submission)).id;
  }

  const entry = (id: number, more: Partial<OutboxEntry> = {}): OutboxEntry =>
    outboxEntry({ id, message, recipient: `r${id}@far.example`, lease: 40 + id, ...more });
  const tap = (handler: DeliverHandler): void => {
    const declaration = { hook: 'onDeliver', name: 'send' } as const;
    fixture.hooks.onDeliver.add({ plugin: 'a.smtp', declaration }, handler);
  };
  const answer = (what: Partial<DestinationReceipt>): void =>
    tap(({ to }) =>
      to.kind === 'relay'
        ? to.recipients.map(({ address }) => ({ recipient: address, outcome: 'delivered', status: '2.0.0', text: 'Taken.', ...what }))
        : undefined,
    );
  const numbersOf = (entries: readonly LeasedEntry[]): unknown => entries.map(({ id, lease }) => [id, lease]);

  it('leases what waited when it began, by the clock of the store, and reports under those leases', async () => {
    due = [[entry(1), entry(2)]];
    answer({});
    expect(await sending.flush('timer', new AbortController().signal)).to.deep.equal({ sent: 2, deferred: 0, bounced: 0 });
    expect(leases).to.deep.equal(Array(2).fill({ limit: 200, forMs: 20 * MINUTE, newest: 17 }));
    expect(doubts.map(numbersOf), 'noted before it is sent').to.deep.equal([
      [
        [1, 41],
        [2, 42],
      ],
    ]);
    expect(numbersOf(reported)).to.deep.equal([
      [1, 41],
      [2, 42],
    ]);
  });

  it('gives back what has to wait for its account, for as long as that is', async () => {
    due = [[entry(1), entry(2, { message: await submit() }), entry(3, { message: await submit() })]];
    answer({ outcome: 'deferred', status: '4.7.0', text: 'Too many messages.' });
    expect(await sending.flush('timer', new AbortController().signal)).to.include({ deferred: 2 });
    expect(released.map(([entries, inMs]) => [numbersOf(entries), inMs])).to.deep.equal([[[[3, 43]], MINUTE]]);
  });

  it('leaves an ISP alone that another server was told to, and obeys a person there too', async () => {
    due = [[entry(1), entry(2, { message: await submit() }), entry(3, { message: await submit() })]];
    const what: Partial<DestinationReceipt> = { outcome: 'deferred', status: '4.7.0', text: 'Too many messages.' };
    answer(what);
    await sending.flush('timer', new AbortController().signal);
    due = [[entry(4, { message: await submit() })]];
    expect(await other.flush('timer', new AbortController().signal)).to.deep.equal({ sent: 0, deferred: 0, bounced: 0 });
    expect(released.map(([entries]) => numbersOf(entries))).to.deep.equal([[[3, 43]], [[4, 44]]]);
    listed = [entry(3, { state: 'waiting' }), entry(4, { state: 'waiting' })];
    await other.flush('user', new AbortController().signal);
    expect(retried).to.deep.equal([[3, 4]]);
    due = [[entry(3)]];
    Object.assign(what, { outcome: 'delivered', status: '2.0.0' });
    expect(await sending.flush('timer', new AbortController().signal), 'the first one has heard of it').to.include({ sent: 1 });
  });

  it('is done for an account by one server at a time: another one waits for it, and if that takes very long the mail waits', async () => {
    const lease = await fixture.shared.of('c').take('send/company');
    due = [[entry(1)]];
    answer({});
    const late = sending.flush('timer', new AbortController().signal);
    for (let second = 0; second < 180; second += 1) await fixture.advance(1_000);
    expect(await late).to.include({ sent: 0 });
    expect(released.map(([entries, inMs]) => [numbersOf(entries), inMs])).to.deep.equal([[[[1, 41]], MINUTE]]);
    due = [[entry(1)]];
    const sent = sending.flush('timer', new AbortController().signal);
    await fixture.advance(1_000);
    await lease?.release();
    await fixture.advance(1_000);
    expect(await sent).to.include({ sent: 1 });
    expect(fixture.shared.heldBy('a')).to.deep.equal([]);
  });

  it('reports what was left in doubt under the number by which it was taken over; what was not in doubt is as it was', async () => {
    left = [[entry(1, { inDoubt: true }), entry(2)]];
    await sending.flush('timer', new AbortController().signal);
    expect(reported.map(({ id, lease, outcome, doubtful }) => [id, lease, outcome, doubtful])).to.deep.equal([[1, 41, 'deferred', true]]);
    expect(reported[0]?.receipt.text).to.equal('The server ended after the message was sent and before the answer.');
  });

  it('reports all that was left in doubt, though one report fails: that one is written down later, and nothing is sent before', async () => {
    left = [[entry(1, { inDoubt: true }), entry(2, { inDoubt: true, from: 'other@company.example' })]];
    due = [[entry(3)]];
    answer({});
    refuses = ({ id }) => (id === 1 ? new PostroomError('store/failed', 'The disk failed.') : undefined);
    await sending.recover();
    expect(fixture.errors).to.have.length(1);
    expect(numbersOf(reported)).to.deep.equal([[2, 42]]);
    expect(await sending.flush('timer', new AbortController().signal).catch((error: unknown) => error)).to.include({
      code: 'store/failed',
    });
    expect(leases).to.deep.equal([]);
    refuses = () => undefined;
    expect(await sending.flush('timer', new AbortController().signal)).to.include({ sent: 1 });
    expect(numbersOf(reported)).to.deep.equal([
      [2, 42],
      [1, 41],
      [3, 43],
    ]);
  });

  it('gives an entry up whoever sends it: an administrator has no lease', async () => {
    listed = [entry(1), entry(2)];
    await sending.giveUp([1]);
    const settled = fixture.store.units.at(-1)?.settles ?? [];
    expect(settled.map(({ id, outcome }) => [id, outcome])).to.deep.equal([[1, 'bounced']]);
    expect(settled[0]).to.not.have.property('lease');
  });
});
