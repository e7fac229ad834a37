// Who changed the settings, as their history names it, beside those who gave a command: `cli`, `setup`, `manager:ADMIN1`, `token:NAME`. Pure.

/** Somebody wrote the file itself. */
export const EDITOR = 'editor';
/** The server, by itself. */
export const SERVER = 'postroom';
/** The server wrote the file that a new data folder begins with. */
export const FIRST_START = 'first start';
/** The server took back an unconfirmed change. */
export const ROLLBACK = 'postroom, not confirmed';

/** Somebody went back to a former version. */
export function backTo(author: string, revision: number): string {
  return `${author}, back to ${revision}`;
}

/** A change that renamed settings with former names on the way. */
export function withRenames(author: string): string {
  return `${author}, with renamed settings`;
}
