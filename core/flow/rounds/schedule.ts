// onSchedule: when does the next round run? Asks the taps for a plan, and sets the clock for the first round of it. Of all servers on the store one does
// so, under the lease `schedule`; a person's rounds run on any.
import type { Disposable, PlannedRound, ScheduleContext, SchedulePlan } from '@postroom/sdk';
import { machineTimeZone, StandingLease } from '@postroom/sdk/base';
import { Clock, Events, Leases, Licence, Log, Outbox, Rounds, type Schedule, ServerNode, SettingsService } from '@postroom/sdk/services';
import { CoreState } from '../../base/coreState.js';
import { inject } from '../../base/inject.js';
import { HookCall } from '../../hooking/hookCall.js';
import { HostHooks } from '../../hooks/hooks.js';
import { LastRound } from './lastRound.js';

/** Plans are made again at least this often: the wall clock may have jumped, and windows are wall-clock time. */
const REPLAN_MS = 60_000;

export class Scheduler implements Schedule {
  #timer: Disposable | undefined;
  #watching: Disposable[] = [];
  readonly #lastRound: LastRound;
  /** Monotonic milliseconds: after a round that could not run, mail that waits must not set off the next one at once. */
  #notBefore = 0;
  #planning = 0;
  #isStarted = false;
  readonly #turn: StandingLease;

  constructor(
    @HostHooks private readonly hooks: HostHooks,
    @Clock private readonly clock: Clock,
    @Outbox private readonly outbox: Outbox,
    @Rounds private readonly rounds: Rounds,
    @Licence private readonly licence: Licence,
    @SettingsService private readonly settings: SettingsService,
    @Events private readonly events: Events,
    @Log private readonly log: Log,
    @Leases leases: Leases,
    @inject(CoreState) state: CoreState,
    @ServerNode node: ServerNode,
  ) {
    this.#lastRound = new LastRound(node.name, state, clock);
    this.#turn = new StandingLease('schedule', leases, clock, () => {
      if (!this.#turn.isHeld) this.log.warn('Another server runs the rounds of the timer now.');
      void this.#replan();
    });
  }

  /** Plans, and runs rounds as planned, until stop(): as soon as no other server does. Once it was started, it plans again. */
  start(): void {
    if (!this.#isStarted) this.#watch();
    this.#isStarted = true;
    this.#turn.want();
    void this.#replan();
  }

  /** Resolves when another server can plan. */
  stop(): Promise<void> {
    this.#isStarted = false;
    this.#forgetPlan();
    for (const watching of this.#watching.splice(0)) {
      void watching.dispose();
    }
    return this.#turn.letGo();
  }

  #watch(): void {
    const replan = (): void => void this.#replan();
    this.#watching = [
      this.outbox.onDidChange(replan),
      this.licence.onDidChange(replan),
      this.settings.onDidApply(replan),
      this.hooks.onSchedule.onDidChange(replan),
      this.events.on((event) => {
        if (event.type === 'round') {
          if (event.state === 'started') {
            this.#lastRound.note();
          } else if (event.report === undefined) {
            this.#rest();
          }
          replan();
        }
      }),
    ];
  }

  /** The coming rounds as of `now`, to look at, whichever server runs them: a tap that fails is shown, and its plugin is not switched off for it. */
  plan(now: Date = this.clock.now()): Promise<SchedulePlan> {
    return this.#plan(now, new HookCall(undefined, { isPreview: true }));
  }

  async #plan(now: Date, call: HookCall): Promise<SchedulePlan> {
    const plan = await this.hooks.onSchedule.promise({ rounds: [] }, await this.#context(now), call);
    const rounds = [...(plan?.rounds ?? [])].sort((a, b) => a.at.getTime() - b.at.getTime());
    return { rounds };
  }

  async #context(now: Date): Promise<ScheduleContext> {
    const since = await this.#lastRound.age();
    return {
      now,
      outbox: this.outbox.counts().untried,
      lastRound: since === undefined ? undefined : new Date(this.clock.now().getTime() - since),
      timeZone: this.settings.get<string>('server.timeZone') || machineTimeZone(),
    };
  }

  /** Nothing is planned after stop(): a round that was under way may fail later. */
  async #replan(): Promise<void> {
    if (!this.#isStarted) return;
    if (!this.#turn.isHeld) return this.#forgetPlan();
    this.#planning += 1;
    const planning = this.#planning;
    const { rounds } = await this.#plan(this.clock.now(), new HookCall());
    if (planning !== this.#planning) {
      return;
    }
    void this.#timer?.dispose();
    const next = rounds[0];
    const rest = Math.max(this.#notBefore - this.clock.monotonic(), 0);
    const wait = next === undefined ? REPLAN_MS : Math.max(next.at.getTime() - this.clock.now().getTime(), rest);
    this.#timer = this.clock.after(Math.min(wait, REPLAN_MS), () => {
      if (next !== undefined && wait <= REPLAN_MS && this.licence.verdict.granted) {
        this.#run(next);
      } else {
        void this.#replan();
      }
    });
  }

  #forgetPlan(): void {
    this.#planning += 1;
    void this.#timer?.dispose();
  }

  #run(round: PlannedRound): void {
    this.rounds.run(round.reason, round.accounts === 'all' ? undefined : round.accounts).catch((error: unknown) => {
      this.log.error('A round could not run.', { error: String(error) });
      this.#rest();
      void this.#replan();
    });
  }

  #rest(): void {
    this.#notBefore = this.clock.monotonic() + REPLAN_MS;
  }
}
