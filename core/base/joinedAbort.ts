// Several reasons to give up at once. AbortSignal.any() leaves something behind on a signal that lives as long as the server, each time.
import type { Disposable } from '@postroom/sdk';

export class JoinedAbort implements Disposable {
  readonly #joined = new AbortController();
  readonly #forward = ({ target }: Event): void => this.abort((target as AbortSignal).reason);

  constructor(private readonly signals: readonly AbortSignal[]) {
    for (const signal of signals) {
      if (signal.aborted) this.abort(signal.reason);
      else signal.addEventListener('abort', this.#forward, { once: true });
    }
  }

  /** Aborted as soon as one of the signals is, or by `abort`, with the reason of the first. */
  get signal(): AbortSignal {
    return this.#joined.signal;
  }

  abort(reason?: unknown): void {
    this.#joined.abort(reason);
  }

  /** From now on no signal is followed. */
  dispose(): void {
    for (const signal of this.signals) signal.removeEventListener('abort', this.#forward);
  }
}
