// Two servers on one store: each account is collected by one of them at a time, and what an overtaken one writes is refused.
import '#core/base/injection.js';
import { type Disposable, type FetchHandler, type FetchReport, type FetchRequest, PostroomError, type RoundReason } from '@postroom/sdk';
import type { Fence, Journal } from '@postroom/sdk/services';
import { leakCheck } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { FetchStep } from '#core/flow/fetching/fetch.js';
import { COMPANY, FlowFixture, inPieces, octetsOf } from '../support/flowFixture.js';
import { MemoryLeases } from '../support/memoryLeases.js';

const MINUTE = 60_000;
const LEASE = 'round/company';
const LETTER = octetsOf('From: ruth@far.example\nMessage-ID: <1@far.example>\nSubject: Hello\n\nA letter.\n');
const REPORT: FetchReport = { fetched: 1, stored: 1, duplicates: 0, failed: [] };

/** One of the servers. */
class TestedServer {
  readonly fixture = new FlowFixture();
  readonly stopping = new AbortController();
  /** What it said. */
  readonly warnings: string[] = [];
  readonly fetching: FetchStep;
  readonly #commit = this.fixture.store.commit.bind(this.fixture.store);

  constructor(leases: MemoryLeases) {
    const { fixture } = this;
    fixture.takeCopies();
    const check = async (fence: Fence): Promise<void> => leases.check(fence);
    fixture.store.commit = async (unit) => {
      if (unit.fence !== undefined) leases.check(unit.fence);
      return this.#commit(unit);
    };
    const forAccount: Journal['forAccount'] = (_account, fence) => ({
      entries: async () => new Map(),
      gone: () => check(fence),
      listed: () => check(fence),
      attempt: () => check(fence),
      ended: () => check(fence),
    });
    const journal = { followClock: async () => undefined, forAccount } as Partial<Journal> as Journal;
    const notices = { tell: async (_account: unknown, _message: unknown, fence: Fence) => leases.check(fence) };
    const log = { ...fixture.log, warn: (sentence: string) => void this.warnings.push(sentence) };
    const { hooks, fetched, clock, eventBus, activityLog, disk } = fixture;
    const [notice, node] = [notices as never, { name: 'a' }];
    this.fetching = new FetchStep(hooks, fetched, journal, leases, clock, eventBus, activityLog, disk, notice, log, fixture.state, node);
  }

  tap(handler: FetchHandler): Disposable {
    return this.fixture.hooks.onFetch.add({ plugin: 'a.pop3', declaration: { hook: 'onFetch', name: 'fetch' } }, handler);
  }

  fetch(reason: RoundReason = 'timer'): Promise<FetchReport | undefined> {
    return this.fetching.fetch(COMPANY, reason, this.stopping.signal, () => undefined);
  }
}

describe("an account's turn", () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let leases: MemoryLeases;
  let one: TestedServer;
  let two: TestedServer;
  /** Sessions with the ISP. */
  let sessions: string[];
  beforeEach(() => {
    leases = new MemoryLeases();
    [one, two] = [new TestedServer(leases), new TestedServer(leases)];
    sessions = [];
  });

  /** The first server's session lasts until this is called. */
  function holdOne(): { readonly begun: Promise<void>; end(): void } {
    let [begin, end]: (() => void)[] = [];
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const ended = new Promise<void>((resolve) => (end = resolve));
    one.tap(async () => {
      sessions.push('one');
      begin?.();
      await ended;
      return REPORT;
    });
    return { begun, end: () => end?.() };
  }
  const tapTwo = (): Disposable =>
    two.tap(() => {
      sessions.push('two');
      return REPORT;
    });

  it('is taken for the time of the session, and is over with it, however that ends', async () => {
    for (const handler of [
      () => REPORT,
      () => {
        throw new Error('no luck');
      },
    ] satisfies readonly FetchHandler[]) {
      const held: (readonly string[])[] = [];
      const server = new TestedServer(leases);
      server.tap(() => {
        held.push(leases.held);
        return handler();
      });
      await server.fetch();
      expect([held, leases.held]).to.deep.equal([[[LEASE]], []]);
    }
  });

  it("is left to the other server by a timer's round and by the Outbox's: no failure, no back-off, no word", async () => {
    const held = holdOne();
    tapTwo();
    const first = one.fetch();
    await held.begun;
    expect(await two.fetch('timer')).to.equal(undefined);
    expect(await two.fetch('outbox')).to.equal(undefined);
    held.end();
    expect(await first).to.deep.equal(REPORT);
    expect([two.fixture.events, two.fixture.activity, two.warnings]).to.deep.equal([[], [], []]);
    expect(await two.fetch('timer')).to.deep.equal(REPORT);
    expect(sessions).to.deep.equal(['one', 'two']);
  });

  it('is waited for by a person, who gets what came since', async () => {
    const held = holdOne();
    tapTwo();
    const first = one.fetch();
    await held.begun;
    const asked = two.fetch('user');
    await two.fixture.advance(2_500);
    expect(sessions).to.deep.equal(['one']);
    held.end();
    await first;
    await two.fixture.clock.advance(1_000);
    expect(await asked).to.deep.equal(REPORT);
    expect(sessions).to.deep.equal(['one', 'two']);
    expect(two.fixture.clock.pending).to.equal(0);
  });

  it('is not waited for without end, and a person hears why nothing was collected', async () => {
    leases.takeOver(LEASE);
    tapTwo();
    const asked = two.fetch('user');
    await two.fixture.advance(3 * MINUTE);
    expect((await asked)?.failed).to.deep.equal([
      { code: 'isp/in-use', message: 'Another server has been collecting company for 3 minutes. What it collects is here all the same.' },
    ]);
    expect([sessions, two.fixture.activity, two.fixture.clock.pending]).to.deep.equal([[], [], 0]);
    await leases.takeOver(LEASE).release();
    expect(await two.fetch('timer'), 'the account does not back off').to.deep.equal(REPORT);
  });

  it('is not waited for by a server that stops', async () => {
    leases.takeOver(LEASE);
    const asked = two.fetch('user');
    await two.fixture.advance(1_500);
    two.stopping.abort(new Error('The server stops.'));
    expect(await asked)
      .to.have.property('failed')
      .that.has.length(1);
    expect(two.fixture.clock.pending).to.equal(0);
  });

  it('ends where another server has taken it over: what this one brings is not stored, and nobody is alarmed', async () => {
    let signal: AbortSignal | undefined;
    let accepted: Promise<unknown> | undefined;
    const overtaken = one.tap(async ({ intake }, call) => {
      signal = call.signal;
      leases.takeOver(LEASE);
      const from = { uidl: 'u1', listedSize: LETTER.length, server: 'pop.isp.example' };
      accepted = intake.accept(inPieces(LETTER), from).catch((error: unknown) => error);
      await accepted;
      return REPORT;
    });
    const sentence = 'Another server collects company now. It goes on where this one ended.';
    expect((await one.fetch())?.failed).to.deep.equal([{ code: 'lease/lost', message: sentence }]);
    expect(await accepted).to.include({ code: 'lease/lost' });
    expect(signal?.aborted).to.equal(true);
    const { store, activity, events, blamed } = one.fixture;
    expect([store.units, store.leftOpen, activity, blamed]).to.deep.equal([[], [], [], []]);
    expect(events.filter(({ type }) => type === 'problem')).to.deep.equal([]);
    expect(one.warnings).to.deep.equal([sentence]);
    expect(leases.held, 'the other one goes on').to.deep.equal([LEASE]);
    await leases.takeOver(LEASE).release();
    await overtaken.dispose();
    one.tap(() => REPORT);
    expect(await one.fetch('timer'), 'the account does not back off').to.deep.equal(REPORT);
  });

  it('ends with the first write that is refused, and no plugin is to blame for it', async () => {
    const writes: readonly ((request: FetchRequest) => Promise<void>)[] = [
      ({ journal }) => journal.attempt(['u1']),
      ({ journal }) => journal.ended({ failed: [], untried: ['u1'] }),
      ({ journal }) => journal.listed(['u1']),
      ({ journal }) => journal.gone(['u1']),
      (request) => request.tell({} as never),
    ];
    for (const write of writes) {
      const server = new TestedServer(leases);
      let signal: AbortSignal | undefined;
      server.tap(async (request, call) => {
        signal = call.signal;
        leases.takeOver(LEASE, 'not told');
        await write(request);
        return REPORT;
      });
      expect((await server.fetch())?.failed[0]).to.include({ code: 'lease/lost' });
      expect([signal?.aborted, server.fixture.blamed, server.fixture.activity]).to.deep.equal([true, [], []]);
      await leases.takeOver(LEASE).release();
    }
  });

  it('cannot be had while the store cannot be reached: said once, and the account does not back off', async () => {
    tapTwo();
    leases.trouble = new PostroomError('store/unreachable', 'The database server cannot be reached.');
    expect((await two.fetch())?.failed[0]).to.include({ code: 'store/unreachable' });
    expect((await two.fetch())?.failed[0]).to.include({ code: 'store/unreachable' });
    expect(two.fixture.activity).to.deep.equal(['The database server cannot be reached.']);
    leases.trouble = undefined;
    expect(await two.fetch()).to.deep.equal(REPORT);
  });
});
