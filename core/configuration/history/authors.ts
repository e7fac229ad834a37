// Who changed the settings, as their history names it, beside those that the SDK names. Pure.

/** The server wrote the file that a new data folder begins with. */
export const FIRST_START = 'first start';

/** Somebody went back to a former version. */
export function backTo(author: string, revision: number): string {
  return `${author}, back to ${revision}`;
}

/** A change that renamed settings with former names on the way. */
export function withRenames(author: string): string {
  return `${author}, with renamed settings`;
}
