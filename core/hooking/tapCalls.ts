// What happens to a tap within a call: it is asked inside its guard, its answer is checked, and its part in the call is noted.
import { PostroomError, type TapDeclaration } from '@postroom/sdk';
import type { ReportOptions } from './callReports.js';
import { type Guarded, type GuardedTap, guardAsync, guardSync, isPromise, type TapFailure } from './guard.js';
import type { HookCall } from './hookCall.js';
import { OUTCOME, stageOf, tapName } from './order.js';
import { TapCost } from './tapCost.js';
import type { ConcurrentTap } from './together.js';

/** A bail hook stopped at a tap that failed. */
export class TapFailed extends PostroomError {
  constructor(readonly failure: TapFailure) {
    super(failure.code, failure.message, { plugin: failure.plugin, tap: failure.tap });
  }
}

export type TapHandler = (...args: never[]) => unknown;

/** Takes a tap's answer, at once or later. */
export type Done<Result> = (error: Error | null, answer?: Result) => void;

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

export interface RegisteredTap<H> extends ConcurrentTap {
  readonly handler: H;
  readonly cost: TapCost;
  readonly guarded: GuardedTap;
}

export class TapCalls<H extends TapHandler, Args extends unknown[], Result> {
  constructor(private readonly options: HookPointOptions<Result>) {}

  /** A tap as it is called from now on. */
  register(tap: ConcurrentTap, handler: H): RegisteredTap<H> {
    const timeoutMs = tap.keepsTime === true ? undefined : this.timeLimit(tap.declaration);
    return { ...tap, handler, cost: new TapCost(), guarded: { name: tapName(tap), plugin: tap.plugin, timeoutMs } };
  }

  /** Milliseconds that a call of the tap may take. */
  timeLimit(declaration: TapDeclaration): number {
    const { timeoutMs = this.options.timeoutMs } = declaration;
    const { outcomeTimeoutMs = timeoutMs } = this.options;
    return stageOf(declaration) === OUTCOME ? Math.min(timeoutMs, outcomeTimeoutMs) : timeoutMs;
  }

  /** For tapable: hands the answer on, or the failure that the call stops at. */
  runAsync(tap: RegisteredTap<H>, args: [...Args, HookCall, Done<Result>]): void {
    const done = args[args.length - 1] as Done<Result>;
    const call = args[args.length - 2] as HookCall;
    const outcome = this.ask(tap, args.slice(0, -2), call);
    const settle = (settled: Guarded<Result>): void => {
      const failure = this.note(tap, call, args[0], settled);
      if (failure !== undefined) done(failure);
      else done(null, settled.failure === undefined ? settled.answer : undefined);
    };
    if (isPromise(outcome)) void outcome.then(settle);
    else settle(outcome);
  }

  /** The same for a synchronous hook: throws the failure that the call stops at. */
  runSync(tap: RegisteredTap<H>, args: [...Args, HookCall]): Result | undefined {
    const call = args[args.length - 1] as HookCall;
    const given = args.slice(0, -1);
    const outcome = guardSync<Result>(
      tap.guarded,
      () => tap.handler(...(given as never[])) as Result | undefined,
      (answer) => this.options.check(answer, given[0]),
    );
    const failure = this.note(tap, call, given[0], outcome);
    if (failure !== undefined) throw failure;
    return outcome.failure === undefined ? outcome.answer : undefined;
  }

  /** All get the value as it is now; what they changed is put together in their order. Never rejects. */
  async runTogether(group: readonly RegisteredTap<H>[], args: [...Args, HookCall, Done<Result>]): Promise<void> {
    const done = args[args.length - 1] as Done<Result>;
    const call = args[args.length - 2] as HookCall;
    const before = args[0] as Result;
    const asked = group.map((tap) => ({ tap, outcome: this.ask(tap, args.slice(0, -2), call) }));
    let value = before;
    for (const { tap, outcome } of asked) {
      const settled = this.#onto(value, before, await outcome);
      const failure = this.note(tap, call, value, settled);
      if (failure !== undefined) return done(failure);
      value = (settled.failure === undefined ? settled.answer : undefined) ?? value;
    }
    done(null, value === before ? undefined : value);
  }

  /** Never rejects. */
  ask(
    tap: RegisteredTap<H>,
    given: readonly unknown[],
    call: HookCall,
    check = this.options.check,
  ): Guarded<Result> | Promise<Guarded<Result>> {
    return guardAsync<Result>(
      tap.guarded,
      (tapCall) => tap.handler(...([...given, tapCall] as never[])) as Result | undefined,
      (answer) => check(answer, given[0]) ?? this.#isOutOfPlace(tap),
      call.signal,
    );
  }

  /** Notes the tap's part in the call. Answers a failure that the call stops at. */
  note(tap: RegisteredTap<H>, call: HookCall, before: unknown, outcome: Guarded<Result>): TapFailed | undefined {
    const { onError = 'hold' } = tap.declaration;
    tap.cost.add(outcome.milliseconds, outcome.failure !== undefined);
    call.steps.push({
      tap: tap.guarded.name,
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
  #onto(value: Result, before: Result, outcome: Guarded<Result>): Guarded<Result> {
    const { replay } = this.options;
    if (outcome.failure !== undefined || outcome.answer === undefined || replay === undefined) return outcome;
    return { ...outcome, answer: replay(value, before, outcome.answer) };
  }

  #isOutOfPlace({ declaration }: RegisteredTap<H>): string | undefined {
    const { observers } = this.options;
    const isObserver = observers !== undefined && stageOf(declaration) === observers;
    return isObserver ? `for the others, and taps of stage ${observers} only look on` : undefined;
  }
}
