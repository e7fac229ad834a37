// The timer's windows as a week of hours, and back. Pure.

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export const DAY_NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

export interface TimeWindow {
  readonly days: readonly string[];
  readonly from: string;
  readonly to: string;
}

/** 7 days of 24 hours, Monday first. */
export type Week = readonly (readonly boolean[])[];

/** An hour counts where any part of it is in a window; a window may run into the next day. */
export function weekOf(windows: readonly TimeWindow[]): Week {
  const week = DAYS.map(() => Array.from({ length: 24 }, () => false));
  for (const { days, from, to } of windows) {
    const start = hoursOf(from);
    const end = hoursOf(to) > start ? hoursOf(to) : hoursOf(to) + 24;
    for (const day of days) {
      const first = (DAYS as readonly string[]).indexOf(day);
      for (let hour = Math.floor(start); hour < end; hour += 1) {
        const row = week[(first + Math.floor(hour / 24)) % 7];
        if (row !== undefined) row[hour % 24] = true;
      }
    }
  }
  return week;
}

/** Days with the same hours share their windows. */
export function windowsOf(week: Week): readonly TimeWindow[] {
  const byRange = new Map<string, string[]>();
  week.forEach((hours, day) => {
    let hour = 0;
    while (hour < 24) {
      const start = hour;
      while (hour < 24 && hours[hour] === true) hour += 1;
      if (hour > start) {
        const range = `${two(start)}:00 ${two(hour)}:00`;
        byRange.set(range, [...(byRange.get(range) ?? []), DAYS[day] ?? '']);
      }
      hour += 1;
    }
  });
  return [...byRange].map(([range, days]) => {
    const [from = '', to = ''] = range.split(' ');
    return { days, from, to };
  });
}

/** Whether the windows begin and end on the hour, so that the grid shows them exactly. */
export function isWholeHours(windows: readonly TimeWindow[]): boolean {
  return windows.every(({ from, to }) => from.endsWith(':00') && to.endsWith(':00'));
}

function hoursOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours + minutes / 60;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
