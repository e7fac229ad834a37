// How numbers and times are written for people.

/** A value of unknown shape as text. */
export function plainText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  const units = ['KB', 'MB', 'GB'];
  let value = count / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** `0.05 ms`, `12 ms`, `1.4 s`; empty where nothing was measured. */
export function milliseconds(value: number | undefined): string {
  if (value === undefined) return '';
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`;
  return value >= 10 ? `${Math.round(value)} ms` : value < 0.01 ? '< 0.01 ms' : `${value.toFixed(2)} ms`;
}

/** `10:14` today, `22 Nov, 10:14` before. */
export function time(iso: string | undefined): string {
  if (iso === undefined) return '';
  const date = new Date(iso);
  const clock = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  return date.toDateString() === new Date().toDateString()
    ? clock
    : `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${clock}`;
}

/** `3 minutes ago`, `in 5 minutes`. */
export function fromNow(iso: string | undefined, now = Date.now()): string {
  if (iso === undefined) return '';
  const seconds = Math.round((new Date(iso).getTime() - now) / 1000);
  const formatter = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  if (Math.abs(seconds) < 45) return seconds <= 0 ? 'just now' : 'in a moment';
  if (Math.abs(seconds) < 3000) return formatter.format(Math.round(seconds / 60), 'minute');
  if (Math.abs(seconds) < 80_000) return formatter.format(Math.round(seconds / 3600), 'hour');
  return formatter.format(Math.round(seconds / 86_400), 'day');
}

/** `andrew@company`, `admin1`. */
export function mailboxName({ account, user }: { readonly account?: string | undefined; readonly user: string }): string {
  return account === undefined ? user : `${user}@${account}`;
}
