// What the journal knows of an account's messages, and of those that wait at the ISP, as stores read it.
import type { JournalEntry, WaitingOrder } from '../fetching.js';
import type { WaitingEntry, WaitingNotice } from '../services/store/journal.js';

/** An entry as an element of a JSON array; times are milliseconds since 1970. Engines have truth values of their own. */
export type JournalTuple = readonly [
  uidl: string,
  state: JournalEntry['state'],
  listedSize: number,
  since: number,
  attempts: number,
  failures: number,
  headerPrint: string | null,
  isTold: boolean | 0 | 1,
  order: WaitingOrder | null,
  wasMissing: boolean | 0 | 1,
];

/** Entries a query. They come as one JSON text: a hundred thousand row objects would hold the event loop up. */
export const JOURNAL_PAGE = 5_000;

/** Everything, page by page. `page`: a JSON array of the next entries behind a UIDL, in octet order, JOURNAL_PAGE of them at most. */
export async function readJournal(page: (after: string) => Promise<string | null | undefined>): Promise<ReadonlyMap<string, JournalEntry>> {
  const entries = new Map<string, JournalEntry>();
  for (let after = ''; ; ) {
    const tuples = JSON.parse((await page(after)) ?? '[]') as JournalTuple[];
    for (const tuple of tuples) {
      const entry = journalEntry(tuple);
      entries.set(entry.uidl, entry);
      after = entry.uidl;
    }
    if (tuples.length < JOURNAL_PAGE) return entries;
  }
}

function journalEntry([
  uidl,
  state,
  listedSize,
  since,
  attempts,
  failures,
  headerPrint,
  isTold,
  order,
  wasMissing,
]: JournalTuple): JournalEntry {
  return {
    uidl,
    state,
    listedSize,
    since: new Date(since),
    attempts,
    failures,
    ...(headerPrint !== null && { headerPrint }),
    ...(Boolean(isTold) && { isTold: true }),
    ...(order !== null && { order }),
    ...(Boolean(wasMissing) && { wasMissing: true }),
  };
}

export interface WaitingColumns {
  readonly account: string;
  readonly uidl: string;
  readonly listed_size: number;
  readonly since: number;
  readonly notice: string;
  readonly ordered: WaitingOrder | null;
}

export function waitingEntry({ account, uidl, listed_size, since, notice, ordered }: WaitingColumns): WaitingEntry {
  return {
    ...(JSON.parse(notice) as WaitingNotice),
    account,
    uidl,
    listedSize: listed_size,
    since: new Date(since),
    order: ordered ?? undefined,
  };
}
