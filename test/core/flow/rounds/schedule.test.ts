import '#core/base/injection.js';
import type { PlannedRound, RoundReason, SchedulePlan } from '@postroom/sdk';
import { leakCheck, VirtualClock } from '@postroom/sdk/testing';
import { expect } from 'chai';
import { CoreState } from '#core/base/coreState.js';
import { EventBus } from '#core/base/events.js';
import { Scheduler } from '#core/flow/rounds/schedule.js';
import { createHooks } from '#core/hooks/hooks.js';
import { MemoryStorages } from '../../../kit/memoryStorages.js';
import { MemoryLeases } from '../support/memoryLeases.js';

const MINUTE = 60_000;

describe('the scheduler', () => {
  const leaks = leakCheck();
  before(() => leaks.begin());
  after(async () => expect(await leaks.end()).to.deep.equal([]));

  let clock: VirtualClock;
  let events: EventBus;
  let leases: MemoryLeases;
  let storages: MemoryStorages;
  let scheduler: Scheduler;
  let ran: string[];
  let counted: string[];
  let shown: string[];
  let untried: number;
  let round: () => Promise<unknown>;
  let settingsChanged: () => void;
  let hooks: ReturnType<typeof createHooks>;

  beforeEach(() => {
    clock = new VirtualClock('2026-11-02T08:00:00Z');
    events = new EventBus();
    hooks = createHooks();
    hooks.onSchedule.reportTo({
      noteCall: (steps) => void counted.push(...steps.flatMap(({ failure, plugin }) => (failure === undefined ? [] : plugin))),
      tapFailed: ({ plugin }) => void counted.push(plugin),
      noteProblem: (plugin) => void shown.push(plugin),
    });
    ran = [];
    [counted, shown] = [[], []];
    untried = 0;
    round = () => Promise.resolve();
    const nothing = { dispose: () => undefined };
    const rounds = {
      run: async (reason: RoundReason) => {
        ran.push(`${reason} ${clock.monotonic() / MINUTE}`);
        events.emit({ type: 'round', state: 'started', reason });
        try {
          const report = await round();
          events.emit({ type: 'round', state: 'ended', reason, report: (report ?? {}) as never });
        } catch (error) {
          events.emit({ type: 'round', state: 'ended', reason });
          throw error;
        }
      },
    };
    leases = new MemoryLeases();
    storages = new MemoryStorages();
    scheduler = new Scheduler(
      hooks,
      clock,
      { onDidChange: () => nothing, counts: () => ({ untried }) } as never,
      rounds as never,
      { verdict: { granted: true }, onDidChange: () => nothing } as never,
      {
        get: () => 'UTC',
        onDidApply: (listener: () => void) => {
          settingsChanged = listener;
          return nothing;
        },
      } as never,
      events,
      { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined } as never,
      leases,
      new CoreState(storages),
      { name: 'a' },
    );
  });
  afterEach(() => scheduler.stop());

  /** Minute by minute; a plan is made in turns of the event loop that pass while the clock stands. */
  async function pass(minutes: number): Promise<void> {
    for (let minute = 0; minute <= minutes; minute += 1) {
      await clock.advance(minute === 0 ? 0 : MINUTE);
      await clock.advance(0);
      await clock.advance(0);
    }
  }

  const tap = (
    plugin: string,
    handler: (plan: SchedulePlan, now: { now: Date; lastRound: Date | undefined; outbox: number }) => SchedulePlan | undefined,
  ) => hooks.onSchedule.add({ plugin, declaration: { hook: 'onSchedule', name: 'tap', stage: 'plan' } }, handler);
  const planned = (at: Date, reason: PlannedRound['reason'] = 'timer'): PlannedRound => ({ at, accounts: 'all', reason, because: 'test' });
  const every = (minutes: number): unknown =>
    tap('a.timer', (plan, { now, lastRound, outbox }) => ({
      rounds: [
        ...plan.rounds,
        ...(outbox > 0 ? [planned(now, 'outbox')] : []),
        planned(lastRound === undefined ? now : new Date(lastRound.getTime() + minutes * MINUTE)),
      ],
    }));

  it('runs what is due, and plans anew after each round', async () => {
    every(5);
    scheduler.start();
    await pass(16);
    expect(ran).to.deep.equal(['timer 0', 'timer 5', 'timer 10', 'timer 15']);
  });

  it('neither skips nor doubles a round when the wall clock jumps (97)', async () => {
    every(5);
    scheduler.start();
    await pass(1);
    clock.jump(3 * 60 * MINUTE);
    await pass(3);
    expect(ran).to.deep.equal(['timer 0']);
    clock.jump(-24 * 60 * MINUTE);
    await pass(2);
    expect(ran).to.deep.equal(['timer 0', 'timer 5']);
  });

  it('waits a minute after a round that could not run, even where mail waits in the Outbox (98)', async () => {
    every(60);
    untried = 1;
    round = () => Promise.reject(new Error('the store is closed'));
    scheduler.start();
    await pass(3);
    expect(ran).to.deep.equal(['outbox 0', 'outbox 1', 'outbox 2', 'outbox 3']);
  });

  it('runs nothing after it was stopped', async () => {
    every(5);
    scheduler.start();
    await pass(0);
    await scheduler.stop();
    await pass(60);
    expect(ran).to.deep.equal(['timer 0']);
    expect(clock.pending).to.equal(0);
    expect(leases.held, 'another server can take over').to.deep.equal([]);
  });

  it('runs nothing while another server has the schedule, and takes over within ten seconds after that', async () => {
    every(5);
    const other = leases.takeOver('schedule');
    scheduler.start();
    await pass(12);
    expect(ran).to.deep.equal([]);
    expect((await scheduler.plan()).rounds, 'the plan can be looked at').to.have.length(1);
    await other.release();
    await clock.advance(10_000);
    await pass(0);
    expect(ran).to.have.length(1);
    await pass(5);
    expect(ran).to.have.length(2);
  });

  it('runs nothing more once another server has taken the schedule over, and goes on when that one is gone', async () => {
    every(5);
    scheduler.start();
    await pass(6);
    const other = leases.takeOver('schedule');
    await pass(12);
    expect(ran).to.deep.equal(['timer 0', 'timer 5']);
    await other.release();
    await clock.advance(10_000);
    await pass(0);
    expect(ran, 'what is due by its own last round').to.deep.equal(['timer 0', 'timer 5', `timer ${clock.monotonic() / MINUTE}`]);
  });

  const roundOf = (server: string, minutesAgo: number): void =>
    void storages.entries.set('core last-round', { at: new Date(clock.now().getTime() - minutesAgo * MINUTE).toISOString(), server });

  it('goes on where the server was from which it takes over', async () => {
    every(5);
    const other = leases.takeOver('schedule');
    scheduler.start();
    await pass(6);
    roundOf('b', 2);
    await other.release();
    await clock.advance(10_000);
    await pass(0);
    expect(ran).to.deep.equal([]);
    await pass(3);
    expect(ran).to.have.length(1);
    expect(storages.entries.get('core last-round')).to.deep.include({ server: 'a' });
  });

  it('counts a round that a person asked another server for', async () => {
    every(5);
    scheduler.start();
    await pass(3);
    roundOf('b', 0);
    await pass(4);
    expect(ran).to.deep.equal(['timer 0']);
    await pass(2);
    expect(ran).to.have.length(2);
  });

  it('collects at once after a start, however short it was down, and loses no round to a clock that is ahead elsewhere', async () => {
    every(5);
    roundOf('a', 1);
    scheduler.start();
    await pass(1);
    expect(ran).to.deep.equal(['timer 0']);
    roundOf('b', -600);
    await pass(6);
    expect(ran, 'five minutes after it was seen').to.have.length(2);
  });

  it('has the schedule again at once where it is stopped and started', async () => {
    every(5);
    scheduler.start();
    await pass(1);
    void scheduler.stop();
    scheduler.start();
    await pass(4);
    expect(ran).to.deep.equal(['timer 0', 'timer 5']);
    await scheduler.stop();
    scheduler.start();
    await pass(5);
    expect(ran).to.deep.equal(['timer 0', 'timer 5', 'timer 10']);
  });

  it('goes on when the store can be reached again', async () => {
    every(5);
    leases.trouble = new Error('The database server cannot be reached.');
    scheduler.start();
    await pass(1);
    expect(ran).to.deep.equal([]);
    leases.trouble = undefined;
    await pass(1);
    expect(ran).to.have.length(1);
  });

  it('plans nothing for a round that fails after it was stopped', async () => {
    every(5);
    let fail: (error: Error) => void = () => undefined;
    round = () => new Promise((_, reject) => (fail = reject));
    scheduler.start();
    await pass(0);
    await scheduler.stop();
    fail(new Error('the store is closed'));
    await pass(1);
    expect(ran).to.deep.equal(['timer 0']);
    expect(clock.pending).to.equal(0);
  });

  it('follows new settings at once', async () => {
    const slow = every(60) as { dispose(): void };
    scheduler.start();
    await pass(2);
    slow.dispose();
    every(3);
    settingsChanged();
    await pass(1);
    expect(ran).to.deep.equal(['timer 0', 'timer 3']);
  });

  it('sorts the plan by time, keeps it where a tap fails, and says who failed', async () => {
    const at = (minutes: number): Date => new Date(clock.now().getTime() + minutes * MINUTE);
    tap('a.plan', () => ({ rounds: [planned(at(9)), planned(at(3))] }));
    tap('b.broken', () => {
      throw new Error('no luck');
    });
    tap('c.nonsense', () => ({ rounds: 'soon' }) as never);
    const { rounds } = await scheduler.plan();
    expect(rounds.map((entry) => (entry.at.getTime() - clock.now().getTime()) / MINUTE)).to.deep.equal([3, 9]);
    expect([shown, counted], 'shown to who looks at the plan, and not counted').to.deep.equal([['b.broken', 'c.nonsense'], []]);
    scheduler.start();
    await pass(0);
    expect(counted, 'counted where the plan is acted on').to.deep.equal(['b.broken', 'c.nonsense']);
  });
});
