// The time that another thread or process takes over something: without what it waits for a processor, for us to answer it, or works on other
// things that we gave it. So a limit means the same on a busy machine as on an idle one, and the same for one message as for many.
import { setImmediate as turn } from 'node:timers/promises';
import { afterRunning, type TimeLimit } from './runningTime.js';
import type { ThreadTimes } from './threadTimes.js';

/** More than this is not forgiven over one thing: a caller that keeps us busy for ever does not answer either. */
const MOST_FORGIVEN_MS = 10 * 60_000;
/** A request cannot have been under way for longer: that says another clock, or a lie. */
const LONGEST_LAG_MS = 60_000;

export class OwnTime {
  /** As the system last said. */
  #times: ThreadTimes = { ran: 0, waited: 0 };
  #workedOnOthers = 0;
  #served = 0;
  /** Requests to us. */
  #open = 0;
  #since = 0;
  /** Things it works on, now and at most since the last look. */
  #calls = 0;
  #mostCalls = 0;

  /** `times`: where the system says. */
  constructor(private readonly times: () => Promise<ThreadTimes | undefined>) {}

  /** Milliseconds so far that count for nothing, as last seen. */
  get #foreign(): number {
    return this.#times.waited + this.#workedOnOthers + this.#served + (this.#open > 0 ? performance.now() - this.#since : 0);
  }

  /** Asks the system. Now and then, so that what is known is not far behind. */
  async look(): Promise<void> {
    const times = await this.times();
    if (times === undefined) return;
    // Of many things in hand each has its part of the work.
    this.#workedOnOthers += (times.ran - this.#times.ran) * (1 - 1 / Math.max(1, this.#mostCalls));
    this.#times = times;
    this.#mostCalls = this.#calls;
  }

  /** It has begun with a call, and works on it until the answer is called. */
  begin(): () => void {
    this.#calls += 1;
    this.#mostCalls = Math.max(this.#mostCalls, this.#calls);
    return () => {
      this.#calls -= 1;
    };
  }

  /** Runs what is done for it. `lag`: milliseconds for which its request was under way. */
  async serving<T>(work: () => T | Promise<T>, lag = 0): Promise<T> {
    if (this.#open === 0) {
      this.#since = performance.now();
      this.#served += Math.min(Math.max(lag, 0), LONGEST_LAG_MS);
    }
    this.#open += 1;
    try {
      return await work();
    } finally {
      this.#open -= 1;
      if (this.#open === 0) this.#served += performance.now() - this.#since;
    }
  }

  /** Calls once, after it has itself had `ms` milliseconds from now on, unless disposed before. */
  limit(ms: number, call: () => void): TimeLimit {
    const before = this.#foreign;
    let forgiven = 0;
    let isDisposed = false;
    const expire = async (): Promise<void> => {
      await this.look();
      // What has arrived meanwhile is read first.
      await turn();
      if (isDisposed) return;
      const more = Math.min(this.#foreign - before, MOST_FORGIVEN_MS) - forgiven;
      if (more < 1) {
        call();
        return;
      }
      forgiven += more;
      limit = afterRunning(more, () => void expire());
    };
    let limit = afterRunning(ms, () => void expire());
    return {
      dispose: () => {
        isDisposed = true;
        limit.dispose();
      },
    };
  }
}
