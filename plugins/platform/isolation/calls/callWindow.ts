// The calls that a plugin's process has in hand at a time. What comes beyond them waits here, where it costs no time limit, and slows its source down: a
// round and an SMTP session go on only when their message is sorted.

/** Enough to keep a process busy that waits for something, few enough to lose little with it. */
export const CALLS_IN_HAND = 8;

export class CallWindow {
  #inHand = 0;
  /** Room for as many more. */
  #extra = 0;
  readonly #line = new Set<() => void>();

  /** Calls that wait. */
  get waiting(): number {
    return this.#line.size;
  }

  /** Resolves when there is room. Every call that entered has to leave. Rejects with the signal's reason where that is aborted first. */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#inHand < CALLS_IN_HAND + this.#extra) {
      this.#inHand += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#line.delete(enter);
        reject(signal.reason as Error);
      };
      this.#line.add(enter);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  leave(): void {
    this.#inHand -= 1;
    this.#admit();
  }

  /** Makes room for one more call while `work` runs: it may lead to a call of the same plugin, and wait for that. */
  async widen<T>(work: () => Promise<T>): Promise<T> {
    this.#extra += 1;
    this.#admit();
    try {
      return await work();
    } finally {
      this.#extra -= 1;
    }
  }

  #admit(): void {
    for (const enter of this.#line) {
      if (this.#inHand >= CALLS_IN_HAND + this.#extra) return;
      this.#line.delete(enter);
      this.#inHand += 1;
      enter();
    }
  }
}
