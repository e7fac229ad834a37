// What to do with each message at the ISP. Pure: the listing and the journal in, the work of one session out.
import type { JournalEntry } from '@postroom/sdk';
import type { IdentifiedMessage } from './identify.js';

/** Failures at the ISP or on the line after which a message rests, a day longer each time. */
export const MOST_FAILURES = 5;
/** Failures after which a message is read alone: then a session that ends badly counts against nobody but the message it was reading. */
const FAILURES_IN_COMPANY = 2;
/** Tries that nobody saw the end of, after which nobody looks into a message any more: it is stored as it is. */
const MOST_READINGS = 3;
const DAY = 86_400_000;

export interface CollectPolicy {
  /** 0: delete at once. -1: never. */
  readonly leaveOnServerDays: number;
  readonly maxMessageBytes: number;
}

export interface CollectPlan {
  /** Stored here in an earlier session: deleted without reading it again. */
  readonly remove: readonly IdentifiedMessage[];
  /** New, in the server's order. */
  readonly fetch: readonly IdentifiedMessage[];
  /** New too, but sessions that were to read them ended badly: read one at a time, after the others. */
  readonly suspect: readonly IdentifiedMessage[];
  /** Reading them brought the reader down again and again: fetched one at a time, and stored unread. */
  readonly unread: readonly IdentifiedMessage[];
  readonly tooLarge: readonly IdentifiedMessage[];
  /** Failed too often: they rest. */
  readonly resting: readonly IdentifiedMessage[];
  /** Messages that are stored here have vanished from the listing: what looks new may be one of them under a new id (SORTING 81). */
  readonly maybeRenamed: boolean;
}

export function collectPlan(
  messages: readonly IdentifiedMessage[],
  journal: ReadonlyMap<string, JournalEntry>,
  policy: CollectPolicy,
  now: Date,
): CollectPlan {
  const plan = {
    remove: [] as IdentifiedMessage[],
    fetch: [] as IdentifiedMessage[],
    suspect: [] as IdentifiedMessage[],
    unread: [] as IdentifiedMessage[],
    tooLarge: [] as IdentifiedMessage[],
    resting: [] as IdentifiedMessage[],
  };
  for (const message of messages) {
    const entry = journal.get(message.key);
    // The same id with another size is another message: some servers count their ids anew (SORTING 80).
    const known = entry !== undefined && isSameSize(entry.listedSize, message.size) ? entry : undefined;
    if (known !== undefined && known.state !== 'failed') {
      if (isDue(known, policy, now)) plan.remove.push(message);
    } else if (message.size > policy.maxMessageBytes) {
      plan.tooLarge.push(message);
    } else if (known !== undefined && isResting(known, now)) {
      plan.resting.push(message);
    } else if (known !== undefined && known.attempts >= MOST_READINGS) {
      plan.unread.push(message);
    } else if (known !== undefined && (known.attempts > 0 || known.failures >= FAILURES_IN_COMPANY)) {
      plan.suspect.push(message);
    } else {
      plan.fetch.push(message);
    }
  }
  const listed = new Set(messages.map(({ key }) => key));
  const maybeRenamed = [...journal.values()].some((entry) => entry.state === 'stored' && !listed.has(entry.uidl));
  return { ...plan, maybeRenamed };
}

/** A size that one side does not know tells nothing. */
function isSameSize(a: number, b: number): boolean {
  return a === b || a < 0 || b < 0;
}

/** Whether the ISP's copy of a stored message is to go. Days count from the moment it was taken in, not by calendar. */
function isDue(entry: JournalEntry, { leaveOnServerDays }: CollectPolicy, now: Date): boolean {
  if (leaveOnServerDays < 0) return false;
  return leaveOnServerDays === 0 || entry.state === 'gone' || now.getTime() - entry.since.getTime() >= leaveOnServerDays * DAY;
}

/** What the ISP does not hand over is asked for once a day, then. */
function isResting({ failures, since }: JournalEntry, now: Date): boolean {
  return failures >= MOST_FAILURES && now.getTime() - since.getTime() < (failures - MOST_FAILURES + 1) * DAY;
}
