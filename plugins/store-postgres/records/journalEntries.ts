// Everything that the journal knows of an account, by UIDL.
import type { JournalEntry } from '@postroom/sdk';
import { JOURNAL_PAGE, readJournal } from '@postroom/sdk/store';
import type { Reads } from '../engine/database.js';

const ENTRIES = `
  SELECT json_agg(json_build_array(uidl, state, listed_size, since, attempts, failures, header_print, notice IS NOT NULL, ordered,
    unlisted_since IS NOT NULL) ORDER BY uidl COLLATE "C")::text AS page FROM (
    SELECT * FROM journal WHERE account = $1 AND uidl COLLATE "C" > $2 ORDER BY uidl COLLATE "C" LIMIT ${JOURNAL_PAGE}) AS entries`;

export function readEntries(reads: Reads, account: string): Promise<ReadonlyMap<string, JournalEntry>> {
  return readJournal(async (after) => (await reads.rows<{ page: string | null }>(ENTRIES, [account, after]))[0]?.page);
}
