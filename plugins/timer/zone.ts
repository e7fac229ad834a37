// Local time and real time: what Intl knows about a zone, the other way round as well.

/** A day of the calendar. */
export interface LocalDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Making a format costs more than the plan of a day, and there is one zone. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** The date that a calendar on the wall shows then. */
export function localDayOf(instant: Date, timeZone: string): LocalDay {
  return dayOf(instant.getTime() + offsetAt(instant.getTime(), timeZone));
}

/** The day after, or `by` days on. */
export function nextDay({ year, month, day }: LocalDay, by = 1): LocalDay {
  return dayOf(Date.UTC(year, month - 1, day + by));
}

/** 0 = Sunday. */
export function weekdayOf({ year, month, day }: LocalDay): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

/**
 * Milliseconds since 1970 of the moment at which a clock in the zone first shows that time of that day. A time that comes twice is the
 * first of the two; a time that is skipped is the moment of the skip.
 */
export function toInstant({ year, month, day }: LocalDay, minutes: number, timeZone: string): number {
  const shown = Date.UTC(year, month - 1, day, 0, minutes);
  const before = offsetAt(shown - DAY_MS, timeZone);
  const after = offsetAt(shown + DAY_MS, timeZone);
  const candidates = [shown - before, shown - after].sort((a, b) => a - b);
  const right = candidates.find((instant) => instant + offsetAt(instant, timeZone) === shown);
  const [earlier = shown, later = shown] = candidates;
  return right ?? changeBetween(earlier, later, timeZone);
}

/** Milliseconds to add to real time for local time. */
function offsetAt(instant: number, timeZone: string): number {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  formats.set(timeZone, format);
  return format;
}

/** The first whole minute at which the offset is no longer that of `start`. */
function changeBetween(start: number, end: number, timeZone: string): number {
  const old = offsetAt(start, timeZone);
  let [low, high] = [start, end];
  while (high - low > MINUTE_MS) {
    const middle = low + Math.floor((high - low) / MINUTE_MS / 2) * MINUTE_MS;
    if (offsetAt(middle, timeZone) === old) low = middle;
    else high = middle;
  }
  return high;
}

function dayOf(utc: number): LocalDay {
  const date = new Date(utc);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}
