// What becomes of an entry of the journal, whatever happens to its message at the ISP. An engine changes many entries in one statement, and so has these rules in its own
// words: the suite in `@postroom/sdk/testing/store` holds what it makes of them against these.
import type { JournalEntry, WaitingOrder } from '../fetching.js';
import type { JournalDraft, NoticeDraft } from '../services/store/mailStore.js';

/** Its message is stored: nothing of its past counts any more. */
export function storedEntry({ uidl, listedSize, headerPrint }: JournalDraft, now: Date): JournalEntry {
  return { uidl, state: 'stored', listedSize, since: now, attempts: 0, failures: 0, ...(headerPrint !== undefined && { headerPrint }) };
}

/** A try begins. A UIDL that was stored or gone names another message now: its counts begin again, its size and header are not known yet. */
export function attemptedEntry(uidl: string, before: JournalEntry | undefined, now: Date): JournalEntry {
  if (before?.state === 'failed') return { ...present(before), attempts: before.attempts + 1 };
  return { uidl, state: 'failed', listedSize: -1, since: now, attempts: 1, failures: 0, ...toldOf(before) };
}

/** A try is over without the message. */
export function endedEntry(before: JournalEntry, how: 'failed' | 'untried'): JournalEntry {
  if (before.state !== 'failed') return before;
  return { ...before, attempts: Math.max(before.attempts - 1, 0), failures: before.failures + (how === 'failed' ? 1 : 0) };
}

/** The ISP has deleted it. Its time to be forgotten runs from now, unless a listing shows it again. */
export function goneEntry({ order: _order, isTold: _isTold, ...before }: JournalEntry): JournalEntry {
  return { ...before, state: 'gone', wasMissing: true };
}

/** A complete listing showed it, or did not. */
export function listedEntry(before: JournalEntry, isListed: boolean): JournalEntry {
  return isListed ? present(before) : { ...before, wasMissing: true };
}

/** Somebody is told that it stays at the ISP. What was ordered before was about what was told then. */
export function toldEntry({ uidl, listedSize, headerPrint }: NoticeDraft, before: JournalEntry | undefined, now: Date): JournalEntry {
  const { since, attempts, failures } = before?.state === 'failed' ? before : { since: now, attempts: 0, failures: 0 };
  return { uidl, state: 'failed', listedSize, since, attempts, failures, isTold: true, ...(headerPrint !== undefined && { headerPrint }) };
}

/** Somebody says what shall be done with it. `undefined` where nobody was told of it, or it is stored or gone by now: then nothing changes. */
export function orderedEntry(before: JournalEntry, order: WaitingOrder): JournalEntry | undefined {
  if (before.state !== 'failed' || before.isTold !== true) return undefined;
  return { ...before, order, failures: order === 'fetch' ? 0 : before.failures };
}

function present({ wasMissing: _wasMissing, ...entry }: JournalEntry): JournalEntry {
  return entry;
}

/** A notice that was told of a message stays with its UIDL until that is stored, or gone. */
function toldOf(before: JournalEntry | undefined): Pick<JournalEntry, 'isTold' | 'order'> {
  return { ...(before?.isTold === true && { isTold: true }), ...(before?.order !== undefined && { order: before.order }) };
}
