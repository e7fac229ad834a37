// A wall clock can be wrong: set ahead by mistake, back by a time server, or decades back by an empty battery.
import type { Clock } from '../services/running.js';

/** What looks at the clock looks daily or oftener: where more than this passed, the clock may be wrong, or the machine was off. */
const EXPECTED_WITHIN_MS = 36 * 3_600_000;
/** A time server that keeps the clock right moves it by less at a time. */
const SMALLEST_JUMP_MS = 60_000;

/** Both clocks at one moment of this process. */
export interface ClockReading {
  readonly wall: Date;
  /** Milliseconds. */
  readonly monotonic: number;
}

export function readClock(clock: Clock): ClockReading {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

/** Whether the clock says what it may say, when it was last looked at `last`: the rule where no other clock ran in between. */
export function isPlausible(last: Date, now: Date): boolean {
  const passed = now.getTime() - last.getTime();
  return passed >= 0 && passed <= EXPECTED_WITHIN_MS;
}

/**
 * How far the wall clock jumped between two readings of one process, in milliseconds; negative: back, 0: it went as clocks do. The monotonic
 * clock says how long it was. On Linux that one stands still while the machine sleeps, so that sleep looks like a jump ahead.
 */
export function jumpBetween(before: ClockReading, now: ClockReading): number {
  const jump = Math.round(now.wall.getTime() - before.wall.getTime() - (now.monotonic - before.monotonic));
  return Math.abs(jump) > SMALLEST_JUMP_MS ? jump : 0;
}
