// All mailboxes at a glance, for the manager's first page and `mailboxes list`.
import type { MailboxSummary } from '@postroom/sdk/services';
import { dateOf } from '@postroom/sdk/store';
import type { Readers } from '../engine/readers.js';
import type { MailboxNames } from './mailboxNames.js';

interface SummaryRow {
  readonly id: number;
  readonly messages: number;
  readonly bytes: number;
  readonly oldest: number | null;
  readonly last_picked_up: number | null;
  readonly last_client: string | null;
}

/** Counts come from the index placement_present alone; only the oldest copy of each mailbox is looked up. */
const SUMMARIES = `
  SELECT mailbox.id, ifnull(messages, 0) AS messages, ifnull(bytes, 0) AS bytes, last_picked_up, last_client,
    (SELECT placed_at FROM placement WHERE placement.id = first) AS oldest
  FROM mailbox LEFT JOIN (
    SELECT mailbox_id, count(*) AS messages, sum(size) AS bytes, min(id) AS first
      FROM placement INDEXED BY placement_present WHERE removed_at IS NULL GROUP BY mailbox_id
  ) ON mailbox_id = mailbox.id
  ORDER BY mailbox.account, mailbox.user_key`;

export async function readMailboxSummaries(readers: Readers, names: MailboxNames): Promise<readonly MailboxSummary[]> {
  const rows = await readers.all<SummaryRow>(SUMMARIES);
  return rows.map((row) => ({
    mailbox: names.ref(row.id),
    messages: row.messages,
    bytes: row.bytes,
    oldest: dateOf(row.oldest),
    lastPickedUp: dateOf(row.last_picked_up),
    lastClient: row.last_client ?? undefined,
  }));
}
