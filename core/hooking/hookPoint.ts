// One of the five hooks while the program runs: a tapable hook that is built again whenever taps come or go, knows which calls are still inside, and
// reports failures to the plugin host.
import { type Disposable, type HookName, PostroomError, type TapDeclaration } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import { type CallReporter, CallReports, type ReportedMail, type ReportOptions } from './callReports.js';
import { type Guarded, type GuardedTap, guardAsync, guardSync, isPromise, type TapFailure } from './guard.js';
import type { HookCall, HookStep } from './hookCall.js';
import { OUTCOME, orderTaps, stageOf, type TapOrder, tapName } from './order.js';
import { TapCost, type TapFigures } from './tapCost.js';
import { type ConcurrentTap, groupTaps } from './together.js';

/** A bail hook stopped at a tap that failed. */
export class TapFailed extends PostroomError {
  constructor(readonly failure: TapFailure) {
    super(failure.code, failure.message, { plugin: failure.plugin, tap: failure.tap });
  }
}

type Handler = (...args: never[]) => unknown;

/** Takes a tap's answer, at once or later. */
type Done<Result> = (error: Error | null, answer?: Result) => void;

/** The part of tapable's classes that is used here. */
export interface TapableHook<Args extends unknown[], Result> {
  tap(name: string, fn: (...args: Args) => Result): void;
  tapAsync?(name: string, fn: (...args: [...Args, Done<Result>]) => void): void;
  call?(...args: Args): unknown;
  promise?(...args: Args): Promise<unknown>;
}

export interface HookPointOptions<Result> extends ReportOptions<Result> {
  /** Limit of a call where the manifest names none. */
  readonly timeoutMs: number;
  /** Taps must answer at once: `call`, not `promise`. */
  readonly sync?: boolean;
  /** `continue`: as if the tap had said nothing. `stop`: the call rejects with TapFailed. */
  readonly onFailure: 'continue' | 'stop';
  /** With `stop`: a tap whose manifest says `skip` is passed over instead. */
  readonly maySkip?: boolean;
  /** A stage whose taps look on: an answer of theirs would be taken for the work of the taps behind them. */
  readonly observers?: string;
  /** What is wrong with an answer: the end of the sentence "x answered ...". `before` is the call's first argument. */
  readonly check: (answer: Result, before: unknown) => string | undefined;
  /** Longest time for a tap of stage `outcome`, whatever its manifest says: the round's end waits for it. */
  readonly outcomeTimeoutMs?: number;
  /** Waterfalls whose taps may be called together: puts on `onto` what changed from `before` to `answer`. */
  readonly replay?: (onto: Result, before: Result, answer: Result) => Result;
}

interface RegisteredTap<H> extends ConcurrentTap {
  readonly handler: H;
  readonly cost: TapCost;
}

interface Build<Args extends unknown[], Result> {
  readonly number: number;
  readonly hook: TapableHook<Args, Result>;
  /** Taps of stage `outcome`: the hook itself does not call them. */
  readonly outcomes: readonly RegisteredTap<unknown>[];
  readonly plugins: ReadonlySet<string>;
  inFlight: number;
  drained: (() => void)[];
}

export class HookPoint<H extends Handler, Args extends unknown[], Result> {
  #taps: readonly RegisteredTap<H>[] = [];
  #order: TapOrder<RegisteredTap<H>>;
  #current: Build<[...Args, HookCall], Result>;
  readonly #leaving = new Set<Build<[...Args, HookCall], Result>>();
  readonly #changed = new Listeners<void>();
  readonly #reports: CallReports<Result>;

  constructor(
    readonly name: HookName,
    private readonly make: () => TapableHook<[...Args, HookCall], Result>,
    private readonly options: HookPointOptions<Result>,
    /** Stands around each handler, inside its time limit. */
    private readonly around: (declaration: TapDeclaration, handler: H) => H = (_declaration, handler) => handler,
  ) {
    this.#reports = new CallReports(options);
    this.#order = orderTaps<RegisteredTap<H>>(name, []);
    this.#current = this.#build(0);
  }

  /** The taps in force, in order, with reasons. */
  get order(): TapOrder {
    return this.#order;
  }

  get build(): number {
    return this.#current.number;
  }

  /** What each tap has cost since it was added, by its full name. */
  get figures(): ReadonlyMap<string, TapFigures> {
    return new Map(this.#taps.map((tap) => [tapName(tap), tap.cost.figures]));
  }

  /** Milliseconds that a call of the tap may take. */
  timeLimit(declaration: TapDeclaration): number {
    const { timeoutMs = this.options.timeoutMs } = declaration;
    const { outcomeTimeoutMs = timeoutMs } = this.options;
    return stageOf(declaration) === OUTCOME ? Math.min(timeoutMs, outcomeTimeoutMs) : timeoutMs;
  }

  /** Adds a tap; the next call sees it. Throws `plugin/manifest` where it would close a circle. */
  add(tap: ConcurrentTap, handler: H): Disposable {
    const entry: RegisteredTap<H> = { ...tap, handler: this.around(tap.declaration, handler), cost: new TapCost() };
    const order = orderTaps(this.name, [...this.#taps, entry]);
    if (order.cycle !== undefined) {
      throw new PostroomError(
        'plugin/manifest',
        `${tapName(tap)} cannot be placed in ${this.name}: ${order.cycle.join(' < ')} is a circle. Remove one of the before/after wishes.`,
        { plugin: tap.plugin },
      );
    }
    this.#swap([...this.#taps, entry], order);
    return { dispose: () => this.#remove(entry) };
  }

  has(plugin: string, name: string): boolean {
    return this.#taps.some((tap) => tap.plugin === plugin && tap.declaration.name === name);
  }

  /** Taps came or went. */
  onDidChange(listener: () => void): Disposable {
    return this.#changed.add(listener);
  }

  /** Resolves when no call that can still reach the plugin's taps runs any more. */
  async drain(plugin: string): Promise<void> {
    const builds = [...this.#leaving].filter((build) => build.plugins.has(plugin));
    await Promise.all(builds.map((build) => new Promise<void>((resolve) => build.drained.push(resolve))));
  }

  /** Every call from now on is reported there. */
  reportTo(reporter: CallReporter): void {
    this.#reports.to(reporter);
  }

  /** For the caller: a tap's answer passed the hook's check and is of no use. It counts as a failure of the tap. */
  blame(step: HookStep, reason: string, mail: ReportedMail): void {
    this.#reports.blame(step, reason, mail);
  }

  /** Calls the taps one after the other. `undefined`: a bail hook got no answer. */
  async promise(...args: [...Args, HookCall]): Promise<Result | undefined> {
    const build = this.#enter(args);
    try {
      return (await build.hook.promise?.(...args)) as Result | undefined;
    } finally {
      this.#leave(build, args);
    }
  }

  /** Calls the taps of stage `outcome`, one after the other. Never rejects: what fails is in the call's steps. */
  async tell(...args: [...Args, HookCall]): Promise<void> {
    const build = this.#enter(args);
    const call = args[args.length - 1] as HookCall;
    const given = args.slice(0, -1);
    try {
      for (const tap of build.outcomes as readonly RegisteredTap<H>[]) {
        const guarded = this.#guarded(tap);
        const outcome = await this.#ask(tap, guarded, given, call, () => 'where nothing is asked any more');
        this.#note(tap, guarded, call, given[0], outcome);
      }
    } finally {
      this.#leave(build, args);
    }
  }

  /** Whether `tell` would reach anybody. */
  get hasOutcomes(): boolean {
    return this.#current.outcomes.length > 0;
  }

  /** The same for a synchronous hook. */
  call(...args: [...Args, HookCall]): Result | undefined {
    const build = this.#enter(args);
    try {
      return build.hook.call?.(...args) as Result | undefined;
    } finally {
      this.#leave(build, args);
    }
  }

  #enter(args: [...Args, HookCall]): Build<[...Args, HookCall], Result> {
    const build = this.#current;
    build.inFlight += 1;
    (args[args.length - 1] as HookCall).build = build.number;
    return build;
  }

  #leave(build: Build<[...Args, HookCall], Result>, args: [...Args, HookCall]): void {
    build.inFlight -= 1;
    this.#reports.send(args, args[args.length - 1] as HookCall);
    if (build.inFlight === 0 && this.#leaving.delete(build)) {
      for (const resolve of build.drained) {
        resolve();
      }
    }
  }

  #remove(entry: RegisteredTap<H>): void {
    const rest = this.#taps.filter((tap) => tap !== entry);
    this.#swap(rest, orderTaps(this.name, rest));
  }

  #swap(taps: readonly RegisteredTap<H>[], order: TapOrder<RegisteredTap<H>>): void {
    this.#taps = taps;
    this.#order = order;
    const old = this.#current;
    this.#current = this.#build(old.number + 1);
    if (old.inFlight > 0) {
      this.#leaving.add(old);
    }
    this.#changed.fire();
  }

  /** tapable has no untap and orders only by `before` and `stage`: so a fresh hook is tapped in the final order. */
  #build(number: number): Build<[...Args, HookCall], Result> {
    const hook = this.make();
    const taps = this.#order.taps.filter(({ stage }) => stage !== OUTCOME);
    const outcomes = this.#order.taps.filter(({ stage }) => stage === OUTCOME).map(({ tap }) => tap);
    for (const group of this.options.replay === undefined ? taps.map(({ tap }) => [tap]) : groupTaps(taps)) {
      const [tap, next] = group;
      if (tap === undefined) continue;
      const guarded = this.#guarded(tap);
      if (next !== undefined) {
        hook.tapAsync?.(group.map(tapName).join(', '), (...args) => void this.#runTogether(group, args));
      } else if (this.options.sync === true) {
        hook.tap(guarded.name, (...args) => this.#runSync(tap, guarded, args) as Result);
      } else {
        hook.tapAsync?.(guarded.name, (...args) => this.#runAsync(tap, guarded, args));
      }
    }
    return {
      number,
      hook,
      outcomes,
      plugins: new Set(this.#taps.map((tap) => tap.plugin)),
      inFlight: 0,
      drained: [],
    };
  }

  #runAsync(tap: RegisteredTap<H>, guarded: GuardedTap, args: [...Args, HookCall, Done<Result>]): void {
    const done = args[args.length - 1] as Done<Result>;
    const call = args[args.length - 2] as HookCall;
    const outcome = this.#ask(tap, guarded, args.slice(0, -2), call);
    const settle = (settled: Guarded<Result>): void => {
      const failure = this.#note(tap, guarded, call, args[0], settled);
      if (failure !== undefined) done(failure);
      else done(null, settled.failure === undefined ? settled.answer : undefined);
    };
    if (isPromise(outcome)) void outcome.then(settle);
    else settle(outcome);
  }

  /** All get the value as it is now; what they changed is put together in their order. Never rejects. */
  async #runTogether(group: readonly RegisteredTap<H>[], args: [...Args, HookCall, Done<Result>]): Promise<void> {
    const done = args[args.length - 1] as Done<Result>;
    const call = args[args.length - 2] as HookCall;
    const before = args[0] as Result;
    const asked = group.map((tap) => ({ tap, outcome: this.#ask(tap, this.#guarded(tap), args.slice(0, -2), call) }));
    let value = before;
    for (const { tap, outcome } of asked) {
      const settled = this.#onto(value, before, await outcome);
      const failure = this.#note(tap, this.#guarded(tap), call, value, settled);
      if (failure !== undefined) return done(failure);
      value = (settled.failure === undefined ? settled.answer : undefined) ?? value;
    }
    done(null, value === before ? undefined : value);
  }

  #onto(value: Result, before: Result, outcome: Guarded<Result>): Guarded<Result> {
    const { replay } = this.options;
    if (outcome.failure !== undefined || outcome.answer === undefined || replay === undefined) return outcome;
    return { ...outcome, answer: replay(value, before, outcome.answer) };
  }

  #ask(
    tap: RegisteredTap<H>,
    guarded: GuardedTap,
    given: readonly unknown[],
    call: HookCall,
    check = this.options.check,
  ): Guarded<Result> | Promise<Guarded<Result>> {
    return guardAsync<Result>(
      guarded,
      (tapCall) => tap.handler(...([...given, tapCall] as never[])) as Result | undefined,
      (answer) => check(answer, given[0]) ?? this.#isOutOfPlace(tap),
      call.signal,
    );
  }

  #isOutOfPlace({ declaration }: RegisteredTap<H>): string | undefined {
    const { observers } = this.options;
    const isObserver = observers !== undefined && stageOf(declaration) === observers;
    return isObserver ? `for the others, and taps of stage ${observers} only look on` : undefined;
  }

  #guarded(tap: RegisteredTap<H>): GuardedTap {
    return {
      name: tapName(tap),
      plugin: tap.plugin,
      timeoutMs: tap.keepsTime === true ? undefined : this.timeLimit(tap.declaration),
    };
  }

  #runSync(tap: RegisteredTap<H>, guarded: GuardedTap, args: [...Args, HookCall]): Result | undefined {
    const call = args[args.length - 1] as HookCall;
    const given = args.slice(0, -1);
    const outcome = guardSync<Result>(
      guarded,
      () => tap.handler(...(given as never[])) as Result | undefined,
      (answer) => this.options.check(answer, given[0]),
    );
    const failure = this.#note(tap, guarded, call, given[0], outcome);
    if (failure !== undefined) throw failure;
    return outcome.failure === undefined ? outcome.answer : undefined;
  }

  /** Notes the tap's part in the call. Answers a failure that the call stops at. */
  #note(tap: RegisteredTap<H>, { name }: GuardedTap, call: HookCall, before: unknown, outcome: Guarded<Result>): TapFailed | undefined {
    const { onError = 'hold' } = tap.declaration;
    tap.cost.add(outcome.milliseconds, outcome.failure !== undefined);
    call.steps.push({
      tap: name,
      plugin: tap.plugin,
      before,
      answer: outcome.failure === undefined ? outcome.answer : undefined,
      milliseconds: outcome.milliseconds,
      failure: outcome.failure,
      onError,
    });
    const stops = this.options.onFailure === 'stop' && !(this.options.maySkip === true && onError === 'skip');
    return stops && outcome.failure !== undefined ? new TapFailed(outcome.failure) : undefined;
  }
}
