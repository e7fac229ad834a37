// Whether an account's next session is one for a door thread. Pure.

/** Below so many messages the main thread has as much to do with a door as without one. */
const WORTH_A_DOOR = 50;

/**
 * `doors`: how many are open. `lastFound`: messages that a session of the account found to be read, in this round or, before its first session has, in
 * the one before; `undefined` for the first since the start. A connection cannot change threads: what its mailbox holds is known too late.
 */
export function readsInDoor(doors: number, lastFound: number | undefined): boolean {
  return doors > 0 && (lastFound === undefined || lastFound > WORTH_A_DOOR);
}
