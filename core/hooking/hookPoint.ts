// One of the five hooks while the program runs: a tapable hook that is built again whenever taps come or go, knows which calls are still inside, and
// reports failures to the plugin host.
import { type Disposable, type HookName, PostroomError, type TapDeclaration } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import { type CallReporter, CallReports, type ReportedMail } from './callReports.js';
import type { HookCall, HookStep } from './hookCall.js';
import { OUTCOME, orderTaps, type TapOrder, tapName } from './order.js';
import { type Done, type HookPointOptions, type RegisteredTap, TapCalls, type TapHandler } from './tapCalls.js';
import type { TapFigures } from './tapCost.js';
import { type ConcurrentTap, groupTaps } from './together.js';

/** The part of tapable's classes that is used here. */
export interface TapableHook<Args extends unknown[], Result> {
  tap(name: string, fn: (...args: Args) => Result): void;
  tapAsync?(name: string, fn: (...args: [...Args, Done<Result>]) => void): void;
  call?(...args: Args): unknown;
  promise?(...args: Args): Promise<unknown>;
}

interface Build<Args extends unknown[], Result> {
  readonly number: number;
  readonly hook: TapableHook<Args, Result>;
  /** Taps of stage `outcome`: the hook itself does not call them. */
  readonly outcomes: readonly RegisteredTap<Result>[];
  readonly plugins: ReadonlySet<string>;
  inFlight: number;
  drained: (() => void)[];
}

export class HookPoint<H extends TapHandler, Args extends unknown[], Result> {
  #taps: readonly RegisteredTap<Result>[] = [];
  #order: TapOrder<RegisteredTap<Result>>;
  #current: Build<[...Args, HookCall], Result>;
  readonly #leaving = new Set<Build<[...Args, HookCall], Result>>();
  readonly #changed = new Listeners<void>();
  readonly #calls: TapCalls<H, Args, Result>;
  readonly #reports: CallReports<Result>;

  constructor(
    readonly name: HookName,
    private readonly make: () => TapableHook<[...Args, HookCall], Result>,
    private readonly options: HookPointOptions<Result>,
    /** Stands around each handler, inside its time limit. */
    private readonly around: (declaration: TapDeclaration, handler: H) => H = (_declaration, handler) => handler,
  ) {
    this.#calls = new TapCalls(options);
    this.#reports = new CallReports(options);
    this.#order = orderTaps<RegisteredTap<Result>>(name, []);
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
    return this.#calls.timeLimit(declaration);
  }

  /** Adds a tap; the next call sees it. Throws `plugin/manifest` where it would close a circle. */
  add(tap: ConcurrentTap, handler: H): Disposable {
    const entry = this.#calls.register(tap, this.around(tap.declaration, handler));
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
      for (const tap of build.outcomes) {
        const outcome = await this.#calls.ask(tap, [...given], call);
        this.#calls.note(tap, call, given[0], outcome);
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

  #remove(entry: RegisteredTap<Result>): void {
    const rest = this.#taps.filter((tap) => tap !== entry);
    this.#swap(rest, orderTaps(this.name, rest));
  }

  #swap(taps: readonly RegisteredTap<Result>[], order: TapOrder<RegisteredTap<Result>>): void {
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
      if (next !== undefined) {
        hook.tapAsync?.(group.map(tapName).join(', '), (...args) => void this.#calls.runTogether(group, args));
      } else if (this.options.sync === true) {
        hook.tap(tap.guarded.name, (...args) => this.#calls.runSync(tap, args) as Result);
      } else {
        hook.tapAsync?.(tap.guarded.name, (...args) => this.#calls.runAsync(tap, args));
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
}
