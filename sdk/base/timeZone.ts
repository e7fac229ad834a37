// The time zone of the machine, by a name that Intl takes.

/** `Europe/Berlin`. Where the machine's own name is none, as with an empty TZ or `TZ=GMT+5`, the zone that has the same hours: `UTC`, `Etc/GMT+5`. */
export function machineTimeZone(): string {
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone as string | undefined;
  return name !== undefined && isTimeZone(name) ? name : zoneOfHours(new Date().getTimezoneOffset());
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** `offset`: minutes that local time is behind UTC. Names of this kind have the sign of POSIX: behind UTC is `+`. */
function zoneOfHours(offset: number): string {
  const hours = Math.round(offset / 60);
  return hours === 0 ? 'UTC' : `Etc/GMT${hours > 0 ? '+' : ''}${hours}`;
}
