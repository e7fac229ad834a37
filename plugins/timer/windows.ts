// The hours in which mail is received: windows of local wall-clock time, turned into spans of real time.
import { type LocalDay, localDayOf, nextDay, toInstant, weekdayOf } from './zone.js';

/** Weekdays as settings.json writes them, in the order of Date.getUTCDay(). */
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** One window. Where `to` is not after `from`, it ends on the next day; equal times are 24 hours. */
export interface ReceiveWindow {
  /** Weekdays on which it begins. */
  readonly days: readonly Weekday[];
  /** `HH:MM`. */
  readonly from: string;
  /** `HH:MM`, or `24:00`. */
  readonly to: string;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

const MINUTE_MS = 60_000;
/** Every weekday begins within eight days, and yesterday's windows may reach into today. */
const DAYS_AHEAD = 9;

/** `instant` itself where a window is open then, otherwise the next opening; `undefined` where there is no window. */
export function nextOpen(instant: Date, windows: readonly ReceiveWindow[], timeZone: string): Date | undefined {
  const time = instant.getTime();
  let day = nextDay(localDayOf(instant, timeZone), -1);
  for (let ahead = 0; ahead <= DAYS_AHEAD; ahead += 1, day = nextDay(day)) {
    const open = spansOf(day, windows, timeZone)
      .filter((span) => span.end > time)
      .map((span) => Math.max(span.start, time));
    if (open.length > 0) return new Date(Math.min(...open));
  }
  return undefined;
}

/** The spans of the windows that begin on that day. */
function spansOf(day: LocalDay, windows: readonly ReceiveWindow[], timeZone: string): readonly Span[] {
  const weekday = WEEKDAYS[weekdayOf(day)];
  return windows.filter((window) => weekday !== undefined && window.days.includes(weekday)).map((window) => spanOf(day, window, timeZone));
}

/**
 * A window from the first time that the clock shows `from` to the first time that it shows `to`. In the night in which an hour comes
 * twice it is therefore open once; where the clock skips the window altogether, it opens after the gap for as long as it would have.
 */
function spanOf(day: LocalDay, window: ReceiveWindow, timeZone: string): Span {
  const from = minutesOf(window.from);
  const to = minutesOf(window.to);
  const endsNextDay = to <= from;
  const start = toInstant(day, from, timeZone);
  const end = toInstant(endsNextDay ? nextDay(day) : day, to, timeZone);
  const length = (to - from + (endsNextDay ? 24 * 60 : 0)) * MINUTE_MS;
  return { start, end: end > start ? end : start + length };
}

function minutesOf(time: string): number {
  const [hours = '0', minutes = '0'] = time.split(':');
  return Number(hours) * 60 + Number(minutes);
}
