// All mailboxes at a glance, for the manager's first page and `mailboxes list`.
import type { MailboxSummary } from '@postroom/sdk/services';
import { dateOf } from '@postroom/sdk/store';
import type { Reads } from '../engine/database.js';
import { type MailboxName, mailboxOfRow } from './mailboxes.js';

interface SummaryRow extends MailboxName {
  readonly messages: number;
  readonly bytes: number;
  readonly oldest: number | null;
  readonly last_picked_up: number | null;
  readonly last_client: string | null;
}

/** Counts come from the index placement_present alone; only the oldest copy of each mailbox is looked up. */
const SUMMARIES = `
  SELECT account, user_name, coalesce(messages, 0) AS messages, coalesce(bytes, 0) AS bytes, last_picked_up, last_client,
    (SELECT placed_at FROM placement WHERE placement.id = first) AS oldest
  FROM mailbox LEFT JOIN (
    SELECT mailbox_id, count(*) AS messages, sum(size)::bigint AS bytes, min(id) AS first FROM placement WHERE removed_at IS NULL GROUP BY mailbox_id
  ) AS held ON mailbox_id = mailbox.id
  ORDER BY account, user_key`;

export async function readMailboxSummaries(reads: Reads): Promise<readonly MailboxSummary[]> {
  const rows = await reads.rows<SummaryRow>(SUMMARIES);
  return rows.map((row) => ({
    mailbox: mailboxOfRow(row),
    messages: row.messages,
    bytes: row.bytes,
    oldest: dateOf(row.oldest),
    lastPickedUp: dateOf(row.last_picked_up),
    lastClient: row.last_client ?? undefined,
  }));
}
