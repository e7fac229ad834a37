// A time limit that moves with every command. Moving it costs no timer: the one that runs looks again when it fires.
import type { Disposable } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';

export class Deadline {
  readonly #clock: Clock;
  readonly #expired: () => void;
  #due = 0;
  #timer: Disposable | undefined;
  #timerDue = 0;
  #isOver = false;

  constructor(clock: Clock, expired: () => void) {
    this.#clock = clock;
    this.#expired = expired;
  }

  /** Sets the limit to `ms` milliseconds from now. Nothing waits for a client that has gone: after `end` it does nothing. */
  set(ms: number): void {
    if (this.#isOver) return;
    this.#due = this.#clock.monotonic() + ms;
    if (this.#timer === undefined || this.#due < this.#timerDue) this.#arm(ms);
  }

  /** The connection is closed, for good. */
  end(): void {
    this.#isOver = true;
    this.#stop();
  }

  #stop(): void {
    void this.#timer?.dispose();
    this.#timer = undefined;
  }

  #arm(ms: number): void {
    this.#stop();
    this.#timerDue = this.#due;
    this.#timer = this.#clock.after(ms, () => {
      this.#timer = undefined;
      const left = this.#due - this.#clock.monotonic();
      if (left > 0) this.#arm(left);
      else this.#expired();
    });
  }
}
