// What to do with each message at the ISP. Pure: the listing and the journal in, the work of one session out.
import type { JournalEntry } from '@postroom/sdk';
import type { IdentifiedMessage } from './identify.js';

/** Failures at the ISP or on the line after which a message rests, a day longer each time. */
export const MOST_FAILURES = 5;
/** Failures after which a message is read alone: then a session that ends badly counts only against the message that it was reading. */
const FAILURES_IN_COMPANY = 2;
/** Unfinished tries after which a message is no longer parsed: it is stored as it is. */
const MOST_READINGS = 3;
const DAY = 86_400_000;
/** Octets from which a message is fetched after the others. */
const LARGE_MESSAGE = 256 * 1024;

export interface CollectPolicy {
  /** 0: delete at once. -1: never. */
  readonly leaveOnServerDays: number;
  readonly maxMessageBytes: number;
}

/** A message and what the journal knows of it. */
export interface PlannedMessage extends IdentifiedMessage {
  /** `undefined` for a new one. */
  readonly known: JournalEntry | undefined;
  /** The journal has the id, be it another message's: what comes may be stored here already. */
  readonly isIdUsed: boolean;
  /** Of the header that TOP has shown in this session. */
  readonly print?: string;
}

export interface CollectPlan {
  /** Stored here in an earlier session: deleted without reading it again. */
  readonly remove: readonly PlannedMessage[];
  /** Stored here and to stay, but the ISP did not list them in between: their ids may be others' now. */
  readonly back: readonly PlannedMessage[];
  /** Never stored here: deleted because the administrator said so. */
  readonly drop: readonly PlannedMessage[];
  /** New: in the server's order, but large ones behind the others, the largest last. */
  readonly fetch: readonly PlannedMessage[];
  /** New too, but sessions that were to read them ended badly: read one at a time, after the others. */
  readonly suspect: readonly PlannedMessage[];
  /** FetchNotes them brought the reader down again and again: fetched one at a time, and stored unread. */
  readonly unread: readonly PlannedMessage[];
  readonly tooLarge: readonly PlannedMessage[];
  /** Failed too often: they rest. */
  readonly resting: readonly PlannedMessage[];
  /** Messages that are stored here have vanished from the listing: what looks new may be one of them under a new id (sorting case 81). */
  readonly maybeRenamed: boolean;
  /** More than half of what is listed has an id that is not known. */
  readonly isMostlyNew: boolean;
}

export function collectPlan(
  messages: readonly IdentifiedMessage[],
  journal: ReadonlyMap<string, JournalEntry>,
  policy: CollectPolicy,
  now: Date,
): CollectPlan {
  const plan = {
    remove: [] as PlannedMessage[],
    back: [] as PlannedMessage[],
    drop: [] as PlannedMessage[],
    fetch: [] as PlannedMessage[],
    suspect: [] as PlannedMessage[],
    unread: [] as PlannedMessage[],
    tooLarge: [] as PlannedMessage[],
    resting: [] as PlannedMessage[],
  };
  for (const listed of messages) {
    const entry = journal.get(listed.key);
    // The same id with another size is another message: some servers reuse ids (sorting case 80).
    const known = entry !== undefined && isSameSize(entry.listedSize, listed.size) ? entry : undefined;
    const message: PlannedMessage = { ...listed, known, isIdUsed: entry !== undefined };
    if (known !== undefined && known.state !== 'failed') {
      if (isDue(known, policy, now)) plan.remove.push(message);
      else if (known.wasMissing === true) plan.back.push(message);
    } else if (known?.order === 'delete') {
      plan.drop.push(message);
    } else if (known?.order === 'leave') {
      // It stays, without a notice.
    } else if (message.size > policy.maxMessageBytes && known?.order !== 'fetch') {
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
  const unknown = messages.filter(({ key }) => !journal.has(key)).length;
  return { ...plan, fetch: smallFirst(plan.fetch), maybeRenamed, isMostlyNew: unknown * 2 > messages.length };
}

/** What a round that is cut short brings should be as many messages as can be; among everyday mail the order of arrival counts for more. */
export function smallFirst<M extends IdentifiedMessage>(messages: readonly M[]): M[] {
  const isLarge = ({ size }: M): boolean => size > LARGE_MESSAGE;
  return [...messages.filter((message) => !isLarge(message)), ...messages.filter(isLarge).sort((a, b) => a.size - b.size)];
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
