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

export interface RegisteredTap<Result> extends ConcurrentTap {
  readonly cost: TapCost;
  readonly guarded: GuardedTap<Result>;
}

export class TapCalls<H extends TapHandler, Args extends unknown[], Result> {
  constructor(private readonly options: HookPointOptions<Result>) {}

  /** A tap as it is called from now on. */
  register(tap: ConcurrentTap, handler: H): RegisteredTap<Result> {
    const { plugin, declaration } = tap;
    const timeoutMs = tap.keepsTime === true ? undefined : this.timeLimit(declaration);
    const check = this.#checkFor(stageOf(declaration));
    const guarded = { name: tapName(tap), plugin, timeoutMs, handler: handler as unknown as GuardedTap<Result>['handler'], check };
    return { ...tap, cost: new TapCost(), guarded };
  }

  /** Milliseconds that a call of the tap may take. */
  timeLimit(declaration: TapDeclaration): number {
    const { timeoutMs = this.options.timeoutMs } = declaration;
    const { outcomeTimeoutMs = timeoutMs } = this.options;
    return stageOf(declaration) === OUTCOME ? Math.min(timeoutMs, outcomeTimeoutMs) : timeoutMs;
  }

  /** For tapable: hands the answer on, or the failure that the call stops at. `args` is this call's own list. */
  runAsync(tap: RegisteredTap<Result>, args: [...Args, HookCall, Done<Result>]): void {
    const done = args.pop() as Done<Result>;
    const call = args.pop() as HookCall;
    const outcome = this.ask(tap, args, call);
    if (isPromise(outcome)) void outcome.then((settled) => this.#handOn(tap, call, args[0], settled, done));
    else this.#handOn(tap, call, args[0], outcome, done);
  }

  /** The same for a synchronous hook: throws the failure that the call stops at. */
  runSync(tap: RegisteredTap<Result>, args: [...Args, HookCall]): Result | undefined {
    const call = args.pop() as HookCall;
    const outcome = guardSync(tap.guarded, args);
    const failure = this.note(tap, call, args[0], outcome);
    if (failure !== undefined) throw failure;
    return outcome.answer;
  }

  /** All get the value as it is now; what they changed is put together in their order. Never rejects. */
  async runTogether(group: readonly RegisteredTap<Result>[], args: [...Args, HookCall, Done<Result>]): Promise<void> {
    const done = args.pop() as Done<Result>;
    const call = args.pop() as HookCall;
    const before = args[0] as Result;
    const asked = group.map((tap) => ({ tap, outcome: this.ask(tap, [...args], call) }));
    let value = before;
    for (const { tap, outcome } of asked) {
      const settled = this.#onto(value, before, await outcome);
      const failure = this.note(tap, call, value, settled);
      if (failure !== undefined) return done(failure);
      value = settled.answer ?? value;
    }
    done(null, value === before ? undefined : value);
  }

  /** Never rejects. `given`: a list of this tap's own. */
  ask(tap: RegisteredTap<Result>, given: unknown[], call: HookCall): Guarded<Result> | Promise<Guarded<Result>> {
    return guardAsync(tap.guarded, given, call.signal);
  }

  /** Notes the tap's part in the call. Answers a failure that the call stops at. */
  note(tap: RegisteredTap<Result>, call: HookCall, before: unknown, outcome: Guarded<Result>): TapFailed | undefined {
    const { answer, failure, milliseconds } = outcome;
    const { onError = 'hold' } = tap.declaration;
    tap.cost.add(milliseconds, failure !== undefined);
    call.steps.push({ tap: tap.guarded.name, plugin: tap.plugin, before, answer, milliseconds, failure, onError });
    if (failure === undefined || this.options.onFailure !== 'stop') return undefined;
    return this.options.maySkip === true && onError === 'skip' ? undefined : new TapFailed(failure);
  }

  #handOn(tap: RegisteredTap<Result>, call: HookCall, before: unknown, outcome: Guarded<Result>, done: Done<Result>): void {
    const failure = this.note(tap, call, before, outcome);
    if (failure !== undefined) done(failure);
    else done(null, outcome.answer);
  }

  #onto(value: Result, before: Result, outcome: Guarded<Result>): Guarded<Result> {
    const { replay } = this.options;
    if (outcome.failure !== undefined || outcome.answer === undefined || replay === undefined) return outcome;
    return { ...outcome, answer: replay(value, before, outcome.answer) };
  }

  /** What a tap may answer in its stage. */
  #checkFor(stage: string): GuardedTap<Result>['check'] {
    const { check, observers } = this.options;
    if (stage === OUTCOME) return () => 'where nothing is asked any more';
    if (stage !== observers) return check;
    return (answer, before) => check(answer, before) ?? `for the others, and taps of stage ${observers} only look on`;
  }
}
