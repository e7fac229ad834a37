// Stands around every tap: measures, limits its time, checks its answer, and turns a throw into a fact with a name on it.
import { PostroomError, sentenceOf, type TapCall } from '@postroom/sdk';
import { afterRunning } from '@postroom/sdk/base';

/** A tap that threw, ran out of time or answered what the hook does not allow. */
export interface TapFailure {
  readonly tap: string;
  readonly plugin: string;
  readonly code: 'plugin/failed' | 'plugin/timeout' | 'plugin/bad-answer';
  /** A sentence that names the tap. */
  readonly message: string;
  readonly milliseconds: number;
  /** Failures with one incident have one cause, as the end of a process that many messages were in: they count as one. */
  readonly incident?: string;
}

/** What came of a call: an answer, silence, or a failure. All of one shape, as each message meets twenty. */
export type Guarded<Answer> =
  | { readonly answer: Answer | undefined; readonly failure: undefined; readonly milliseconds: number }
  | { readonly answer: undefined; readonly failure: TapFailure; readonly milliseconds: number };

/** What is guarded. */
export interface GuardedTap<Answer> {
  readonly name: string;
  readonly plugin: string;
  /** `undefined`: the handler keeps its own limit. */
  readonly timeoutMs: number | undefined;
  /** Gets what the tap is given, and the TapCall behind it where the hook is asynchronous. */
  readonly handler: (...given: never[]) => Answer | undefined | Promise<Answer | undefined>;
  /** What is wrong with an answer, or `undefined`. `before`: the first of what the tap was given. */
  readonly check: (answer: Answer, before: unknown) => string | undefined;
}

/**
 * Calls a handler that may be asynchronous. Never throws or rejects; answers at once where the handler does, as most sort taps do: fifteen
 * promises a message would cost more than what the taps do. `given`: a list of this call's own, which the TapCall is put behind. `outer` is the caller's
 * own signal: the server stops, the round is cancelled.
 */
export function guardAsync<Answer>(
  tap: GuardedTap<Answer>,
  given: unknown[],
  outer?: AbortSignal,
): Guarded<Answer> | Promise<Guarded<Answer>> {
  const started = performance.now();
  const call = new LazyCall(outer);
  try {
    given.push(call);
    const pending = tap.handler(...(given as never[]));
    if (isPromise(pending)) return whenAnswered(pending, tap, given[0], call, started);
    call.release();
    return verdictOf(tap, pending, given[0], started);
  } catch (error) {
    call.release();
    return failed(tap, error, started);
  }
}

/** Stands apart for its closures: a tap that answers at once needs none. */
function whenAnswered<Answer>(
  pending: Promise<Answer | undefined>,
  tap: GuardedTap<Answer>,
  before: unknown,
  call: LazyCall,
  started: number,
): Promise<Guarded<Answer>> {
  return inTime<Answer | undefined>(pending, tap, call)
    .then((answer) => verdictOf(tap, answer, before, started))
    .catch((error: unknown) => failed(tap, error, started))
    .finally(() => call.release());
}

/** The same for a handler that must answer at once. A promise is a bad answer. */
export function guardSync<Answer>(tap: GuardedTap<Answer>, given: readonly unknown[]): Guarded<Answer> {
  const started = performance.now();
  try {
    const answer = tap.handler(...(given as never[]));
    return isPromise(answer)
      ? badAnswer(tap, 'a promise, and this hook is synchronous', performance.now() - started)
      : verdictOf(tap, answer, given[0], started);
  } catch (error) {
    return failed(tap, error, started);
  }
}

function verdictOf<Answer>(tap: GuardedTap<Answer>, answer: Answer | undefined | null, before: unknown, started: number): Guarded<Answer> {
  const milliseconds = performance.now() - started;
  if (answer === undefined || answer === null) return { answer: undefined, failure: undefined, milliseconds };
  const problem = tap.check(answer, before);
  return problem === undefined ? { answer, failure: undefined, milliseconds } : badAnswer(tap, problem, milliseconds);
}

function badAnswer<Answer>(tap: GuardedTap<Answer>, problem: string, milliseconds: number): Guarded<Answer> {
  const message = `${tap.name} answered ${problem}. The answer was ignored; the plugin's author has to mend it.`;
  const failure: TapFailure = { tap: tap.name, plugin: tap.plugin, code: 'plugin/bad-answer', message, milliseconds };
  return { answer: undefined, failure, milliseconds };
}

function failed<Answer>(tap: GuardedTap<Answer>, error: unknown, started: number): Guarded<Answer> {
  return { answer: undefined, failure: failureOf(tap, error, started), milliseconds: performance.now() - started };
}

function failureOf(tap: Pick<GuardedTap<unknown>, 'name' | 'plugin'>, error: unknown, started: number): TapFailure {
  const timedOut = error instanceof PostroomError && error.code === 'plugin/timeout';
  const incident = error instanceof PostroomError ? error.fields['incident'] : undefined;
  return {
    tap: tap.name,
    plugin: tap.plugin,
    code: timedOut ? 'plugin/timeout' : 'plugin/failed',
    message: timedOut ? error.message : `${tap.name} failed: ${sentenceOf(error)}`,
    milliseconds: performance.now() - started,
    ...(typeof incident === 'string' && { incident }),
  };
}

function inTime<T>(pending: Promise<T>, tap: Pick<GuardedTap<unknown>, 'name' | 'plugin' | 'timeoutMs'>, call: LazyCall): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const letGo = (): void => {
      limit?.dispose();
      call.outer?.removeEventListener('abort', stopped);
    };
    // The tap may never come back: nothing of ours waits for it any longer.
    const giveUp = (why: string): void => {
      letGo();
      const error = new PostroomError('plugin/timeout', `${tap.name} ${why}.`, { plugin: tap.plugin });
      call.abort(error);
      reject(error);
    };
    const { timeoutMs } = tap;
    const limit = timeoutMs === undefined ? undefined : afterRunning(timeoutMs, () => giveUp(`did not answer within ${timeoutMs} ms`));
    const stopped = (): void => giveUp('was cancelled');
    call.outer?.addEventListener('abort', stopped, { once: true });
    // A signal that was aborted before fires no more.
    if (call.outer?.aborted === true) {
      stopped();
    }
    // Wrapped: what a plugin answers may have a then() and nothing else of a promise.
    void Promise.resolve(pending).then(resolve, reject).finally(letGo);
  });
}

export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** One for all calls: nothing failed, so it needs no stack of its own, which costs more than the rest of a call. */
const OVER = Object.freeze(new PostroomError('plugin/timeout', 'The call is over.'));

/** Makes its AbortController only for taps that look at the signal: most sort taps never do, and it costs microseconds for each message. */
class LazyCall implements TapCall {
  #controller: AbortController | undefined;
  #reason: unknown;

  constructor(readonly outer: AbortSignal | undefined) {}

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined || this.outer?.aborted === true) {
        this.#controller.abort(this.#reason ?? this.outer?.reason);
      }
    }
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#reason ??= reason;
    this.#controller?.abort(reason);
  }

  /** The call is over: waits on its signal end. */
  release(): void {
    this.#controller?.abort(this.#reason ?? OVER);
  }
}
