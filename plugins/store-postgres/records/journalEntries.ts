// Everything that the journal knows of an account, by UIDL.
import type { JournalEntry, WaitingOrder } from '@postroom/sdk';
import type { Reads } from '../engine/database.js';

type JournalTuple = readonly [
  uidl: string,
  state: JournalEntry['state'],
  listedSize: number,
  since: number,
  attempts: number,
  failures: number,
  headerPrint: string | null,
  isTold: boolean,
  order: WaitingOrder | null,
  wasMissing: boolean,
];

/** Entries a query. They come as one JSON text: a hundred thousand row objects would hold the event loop up. */
const PAGE = 5_000;
const ENTRIES = `
  SELECT json_agg(json_build_array(uidl, state, listed_size, since, attempts, failures, header_print, notice IS NOT NULL, ordered,
    unlisted_since IS NOT NULL) ORDER BY uidl COLLATE "C")::text AS page FROM (
    SELECT * FROM journal WHERE account = $1 AND uidl COLLATE "C" > $2 ORDER BY uidl COLLATE "C" LIMIT ${PAGE}) AS entries`;

export async function readEntries(reads: Reads, account: string): Promise<ReadonlyMap<string, JournalEntry>> {
  const entries = new Map<string, JournalEntry>();
  for (let after = ''; ; ) {
    const [row] = await reads.rows<{ page: string | null }>(ENTRIES, [account, after]);
    const page = JSON.parse(row?.page ?? '[]') as JournalTuple[];
    for (const tuple of page) {
      const entry = journalEntry(tuple);
      entries.set(entry.uidl, entry);
      after = entry.uidl;
    }
    if (page.length < PAGE) return entries;
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
    ...(isTold && { isTold: true }),
    ...(order !== null && { order }),
    ...(wasMissing && { wasMissing: true }),
  };
}
