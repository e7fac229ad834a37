// What to do with each message at the ISP. Pure: the listing and the journal in, the work of one session out.
import type { JournalEntry } from '@postroom/sdk';
import type { IdentifiedMessage } from './identify.js';

/** Tries after which a message is left alone and reported. */
export const MOST_TRIES = 5;
/** Tries after which a message is read alone: then a session that ends badly counts against nobody but the message it was reading. */
const TRIES_IN_COMPANY = 2;
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
  /** New too, but sessions that were to read them ended badly: read one at a time. */
  readonly suspect: readonly IdentifiedMessage[];
  readonly tooLarge: readonly IdentifiedMessage[];
  /** Tried too often. */
  readonly setAside: readonly IdentifiedMessage[];
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
    tooLarge: [] as IdentifiedMessage[],
    setAside: [] as IdentifiedMessage[],
  };
  for (const message of messages) {
    const entry = journal.get(message.key);
    // The same id with another size is another message: some servers count their ids anew (SORTING 80).
    const known = entry !== undefined && isSameSize(entry.listedSize, message.size) ? entry : undefined;
    if (known !== undefined && known.state !== 'failed') {
      if (isDue(known, policy, now)) plan.remove.push(message);
    } else if (message.size > policy.maxMessageBytes) {
      plan.tooLarge.push(message);
    } else if (known !== undefined && known.attempts >= MOST_TRIES) {
      plan.setAside.push(message);
    } else if (known !== undefined && known.attempts >= TRIES_IN_COMPANY) {
      plan.suspect.push(message);
    } else {
      plan.fetch.push(message);
    }
  }
  return plan;
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
