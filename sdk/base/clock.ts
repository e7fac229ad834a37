// Time as the machine has it.
import type { Disposable } from '../disposable.js';
import type { Clock } from '../services/running.js';

/** setTimeout fires at once beyond this. */
const LONGEST_TIMER = 2 ** 31 - 1;

export class SystemClock implements Clock {
  now(): Date {
    return new Date();
  }

  monotonic(): number {
    return performance.now();
  }

  after(ms: number, call: () => void): Disposable {
    const due = this.monotonic() + ms;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const left = due - this.monotonic();
      timer = setTimeout(left > LONGEST_TIMER ? arm : call, Math.min(Math.max(left, 0), LONGEST_TIMER));
    };
    arm();
    return { dispose: () => clearTimeout(timer) };
  }
}
