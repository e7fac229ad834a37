// When an Outbox entry is tried again, and when no more, in milliseconds and counts. Pure.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Waits after the first, second ... failed try of an Outbox entry (RFC 5321 section 4.5.4.1); the last one repeats. */
const RELAY_WAITS = [5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR];

/** An entry is given up after this long, and not before this many tries: a clock that jumps forward must not bounce the queue. */
export const GIVE_UP_AFTER_MS = 5 * 24 * HOUR;
const GIVE_UP_AFTER_TRIES = 12;

/** Authors hear of a delay once, after this long. */
export const DELAY_NOTICE_AFTER_MS = 4 * HOUR;

/** How long an Outbox entry waits after its n-th failed try (1 = the first). */
export function relayWait(attempts: number): number {
  return RELAY_WAITS[Math.min(Math.max(attempts, 1), RELAY_WAITS.length) - 1] ?? 4 * HOUR;
}

/** Waits after the first, second ... try that left it open whether the ISP has the message. */
const DOUBT_WAITS = [5 * MINUTE, HOUR];
/** So many tries may leave it open; then a person decides. */
export const MOST_DOUBTS = DOUBT_WAITS.length + 1;

/** How long an Outbox entry waits after its n-th try that left it in doubt (1 = the first): each time may bring the recipient one more copy. */
export function doubtWait(doubts: number): number {
  return DOUBT_WAITS[Math.min(Math.max(doubts, 1), DOUBT_WAITS.length) - 1] ?? HOUR;
}

/** Whether a deferred entry has been tried long and often enough. */
export function isHopeless(queuedForMs: number, attempts: number): boolean {
  return queuedForMs >= GIVE_UP_AFTER_MS && attempts >= GIVE_UP_AFTER_TRIES;
}
