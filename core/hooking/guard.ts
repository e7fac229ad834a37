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

export type Guarded<Answer> =
  | { readonly answer: Answer | undefined; readonly milliseconds: number; readonly failure?: undefined }
  | { readonly failure: TapFailure; readonly milliseconds: number };

/** What is guarded. */
export interface GuardedTap {
  readonly name: string;
  readonly plugin: string;
  /** `undefined`: the handler keeps its own limit. */
  readonly timeoutMs: number | undefined;
}

/**
 * Calls a handler that may be asynchronous. Never throws or rejects; answers at once where the handler does, as most sort taps do: fifteen
 * promises a message would cost more than what the taps do. `outer` is the caller's own signal: the server stops, the round is cancelled.
 * `check` answers what is wrong with an answer, or `undefined`.
 */
export function guardAsync<Answer>(
  tap: GuardedTap,
  invoke: (call: TapCall) => Answer | undefined | Promise<Answer | undefined>,
  check: (answer: Answer) => string | undefined,
  outer?: AbortSignal,
): Guarded<Answer> | Promise<Guarded<Answer>> {
  const started = performance.now();
  const call = new LazyCall(outer);
  const failed = (error: unknown): Guarded<Answer> => ({
    failure: failureOf(tap, error, started),
    milliseconds: performance.now() - started,
  });
  try {
    const pending = invoke(call);
    if (isPromise(pending)) {
      return inTime<Answer | undefined>(pending, tap, call)
        .then((answer) => verdictOf(tap, answer, check, started))
        .catch(failed)
        .finally(() => call.release());
    }
    call.release();
    return verdictOf(tap, pending, check, started);
  } catch (error) {
    call.release();
    return failed(error);
  }
}

/** The same for a handler that must answer at once. A promise is a bad answer. */
export function guardSync<Answer>(
  tap: GuardedTap,
  invoke: () => Answer | undefined,
  check: (answer: Answer) => string | undefined,
): Guarded<Answer> {
  const started = performance.now();
  try {
    return verdictOf(tap, invoke(), (answer) => (isPromise(answer) ? 'a promise, and this hook is synchronous' : check(answer)), started);
  } catch (error) {
    return { failure: failureOf(tap, error, started), milliseconds: performance.now() - started };
  }
}

function verdictOf<Answer>(
  tap: GuardedTap,
  answer: Answer | undefined | null,
  check: (answer: Answer) => string | undefined,
  started: number,
): Guarded<Answer> {
  const milliseconds = performance.now() - started;
  if (answer === undefined || answer === null) {
    return { answer: undefined, milliseconds };
  }
  const problem = check(answer);
  if (problem === undefined) {
    return { answer, milliseconds };
  }
  const message = `${tap.name} answered ${problem}. The answer was ignored; the plugin's author has to mend it.`;
  return { failure: { tap: tap.name, plugin: tap.plugin, code: 'plugin/bad-answer', message, milliseconds }, milliseconds };
}

function failureOf(tap: GuardedTap, error: unknown, started: number): TapFailure {
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

function inTime<T>(pending: Promise<T>, tap: GuardedTap, call: LazyCall): Promise<T> {
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
    this.#controller?.abort(this.#reason ?? new PostroomError('plugin/timeout', 'The call is over.'));
  }
}
