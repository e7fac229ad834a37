// Journal rows of messages that stay at the ISP: what was told of them, and what shall be done with them.
import type { WaitingOrder } from '@postroom/sdk';
import type { NoticeDraft, WaitingEntry } from '@postroom/sdk/services';
import { type WaitingColumns, waitingEntry } from '@postroom/sdk/store';
import type { Connection } from '../engine/connection.js';
import type { Readers } from '../engine/readers.js';

export async function readWaiting(readers: Readers): Promise<readonly WaitingEntry[]> {
  const rows = await readers.all<WaitingColumns>(
    `SELECT account, uidl, listed_size, since, notice, ordered FROM journal
      WHERE notice IS NOT NULL AND state = 'failed' AND unlisted_since IS NULL ORDER BY account, since, uidl`,
  );
  return rows.map(waitingEntry);
}

/** Answers false where such a message was never announced, or is stored by now. */
export async function noteOrder(writer: Connection, account: string, uidl: string, order: WaitingOrder): Promise<boolean> {
  const changed = await writer.run(
    `UPDATE journal SET ordered = ?1, failures = iif(?1 = 'fetch', 0, failures)
      WHERE account = ?2 AND uidl = ?3 AND notice IS NOT NULL AND state = 'failed'`,
    [order, account, uidl],
  );
  return changed > 0;
}

/** In the commit of the notice itself. A UIDL that was stored or gone names another message now. */
export async function noteNotice(writer: Connection, draft: NoticeDraft, now: Date): Promise<void> {
  const { account, uidl, listedSize, headerPrint, notice } = draft;
  await writer.run(
    `INSERT INTO journal (account, uidl, state, listed_size, since, attempts, header_print, notice) VALUES (?, ?, 'failed', ?, ?, 0, ?, ?)
      ON CONFLICT (account, uidl) DO UPDATE SET state = 'failed', unlisted_since = NULL, listed_size = excluded.listed_size,
        header_print = excluded.header_print, notice = excluded.notice, ordered = NULL, since = iif(state = 'failed', since, excluded.since),
        attempts = iif(state = 'failed', attempts, 0), failures = iif(state = 'failed', failures, 0)`,
    [account, uidl, listedSize, now.getTime(), headerPrint ?? null, JSON.stringify(notice)],
  );
}
