// Where the clock jumps, times in the journal jump with it, once: mail is left at the ISP, and forgotten, by how long it was there.
import { isPlausible } from '../base/plausibleTime.js';
import type { Clock } from '../services/running.js';

/** A time server that keeps the clock right moves it by less at a time, and what two servers make of one jump differs by less. */
const SMALLEST_JUMP_MS = 60_000;
/** Noting where the clock stands is a commit: without a jump, oftener than this it is not done. */
const NOTE_AGAIN_MS = 3_600_000;

/** Both clocks at one moment of this process. */
export interface ClockReading {
  readonly wall: Date;
  /** Milliseconds. */
  readonly monotonic: number;
}

export function readClock(clock: Clock): ClockReading {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

/** Whether the clock has to be looked at again under a lock, and noted. `before`: as it was noted last, in this process. */
export function isToBeNoted(before: ClockReading | undefined, now: ClockReading): boolean {
  return before === undefined || jumpBetween(before, now) !== 0 || now.monotonic - before.monotonic >= NOTE_AGAIN_MS;
}

/**
 * How far the wall clock jumped between two readings of one process, in milliseconds; negative: back, 0: it went as clocks do. The monotonic
 * clock says how long it was. On Linux that one stands still while the machine sleeps, so that sleep looks like a jump ahead.
 */
export function jumpBetween(before: ClockReading, now: ClockReading): number {
  const jump = Math.round(now.wall.getTime() - before.wall.getTime() - (now.monotonic - before.monotonic));
  return Math.abs(jump) > SMALLEST_JUMP_MS ? jump : 0;
}

/**
 * While no process ran a jump looks like time that passed: only an implausible gap counts as a jump. `last`: where the clock stood when it was noted last,
 * milliseconds since 1970; `undefined` where it never was.
 */
export function jumpSinceLastRun(last: number | undefined, now: Date): number {
  return last === undefined || isPlausible(new Date(last), now) ? 0 : now.getTime() - last;
}

/**
 * What times have yet to follow of a jump that this server saw, after others made them follow `followed`. Who saw none corrects nobody: a machine that
 * slept takes that for a jump, and mail rather stays longer.
 */
export function jumpLeft(seen: number, followed: number): number {
  const left = seen - followed;
  return seen === 0 || Math.abs(left) <= SMALLEST_JUMP_MS ? 0 : left;
}
