// Time that a test moves by hand.
import type { Disposable } from '../disposable.js';
import type { Clock } from '../services.js';

interface Alarm {
  readonly due: number;
  readonly call: () => void;
}

/**
 * A Clock that stands still until `advance`. The wall clock (`now`) can jump, the monotonic one only goes forward; timers follow the
 * monotonic one, as they do on a real machine.
 */
export class VirtualClock implements Clock {
  #monotonic = 0;
  #wall: number;
  readonly #alarms: Alarm[] = [];

  constructor(start: Date | string = '2026-11-02T08:00:00Z') {
    this.#wall = new Date(start).getTime();
  }

  now(): Date {
    return new Date(this.#wall);
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(ms: number, call: () => void): Disposable {
    const alarm = { due: this.#monotonic + Math.max(ms, 0), call };
    const later = this.#alarms.findIndex((other) => other.due > alarm.due);
    this.#alarms.splice(later < 0 ? this.#alarms.length : later, 0, alarm);
    return { dispose: () => this.#forget(alarm) };
  }

  /** Timers that are set and have not fired: 0 after everything was disposed. */
  get pending(): number {
    return this.#alarms.length;
  }

  /**
   * Moves both clocks on by `ms` and fires what falls due, in order, each at its own time; timers that those set are included.
   * After each, promises settle and one turn of the event loop passes. Sockets and files take longer: wait for what they cause.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    for (let next = this.#alarms[0]; next && next.due <= end; next = this.#alarms[0]) {
      this.#alarms.shift();
      this.#moveTo(next.due);
      next.call();
      await turn();
    }
    this.#moveTo(end);
    await turn();
  }

  /** The wall clock jumps by `ms` (negative: back), as an administrator or a time server sets it. No time passes and no timer fires. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  #moveTo(monotonic: number): void {
    this.#wall += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }

  #forget(alarm: Alarm): void {
    const index = this.#alarms.indexOf(alarm);
    if (index >= 0) this.#alarms.splice(index, 1);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
