// Journal rows of messages that stay at the ISP: what was told of them, and what shall be done with them.
import type { WaitingOrder } from '@postroom/sdk';
import type { NoticeDraft, WaitingEntry } from '@postroom/sdk/services';
import { type WaitingColumns, waitingEntry } from '@postroom/sdk/store';
import type { Database, Reads, Statements } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';

export async function readWaiting(reads: Reads): Promise<readonly WaitingEntry[]> {
  const rows = await reads.rows<WaitingColumns>(
    `SELECT account, uidl, listed_size, since, notice, ordered FROM journal
      WHERE notice IS NOT NULL AND state = 'failed' AND unlisted_since IS NULL ORDER BY account COLLATE "C", since, uidl COLLATE "C"`,
  );
  return rows.map(waitingEntry);
}

/** Answers false where such a message was never announced, or is stored by now. */
export async function noteOrder(database: Database, account: string, uidl: string, order: WaitingOrder): Promise<boolean> {
  const changed = await database.write(
    `UPDATE journal SET ordered = $1, failures = CASE WHEN $1 = 'fetch' THEN 0 ELSE failures END
      WHERE account = $2 AND uidl = $3 AND notice IS NOT NULL AND state = 'failed' RETURNING uidl`,
    [order, account, uidl],
  );
  return changed.length > 0;
}

/** In the commit of the notice itself. A UIDL that was stored or gone names another message now. */
export async function noteNotice(statements: Statements, draft: NoticeDraft, clock: EngineClock): Promise<void> {
  const { account, uidl, listedSize, headerPrint, notice } = draft;
  await statements.run(
    `INSERT INTO journal AS known (account, uidl, state, listed_size, since, attempts, failures, header_print, notice)
      VALUES ($1, $2, 'failed', $3, ${clock.now}, 0, 0, $4, $5)
      ON CONFLICT (account, uidl) DO UPDATE SET state = 'failed', unlisted_since = NULL, listed_size = excluded.listed_size,
        header_print = excluded.header_print, notice = excluded.notice, ordered = NULL,
        since = CASE known.state WHEN 'failed' THEN known.since ELSE excluded.since END,
        attempts = CASE known.state WHEN 'failed' THEN known.attempts ELSE 0 END,
        failures = CASE known.state WHEN 'failed' THEN known.failures ELSE 0 END`,
    [account, uidl, listedSize, headerPrint ?? null, JSON.stringify(notice)],
  );
}
