// "Where did that mail go?": answered for messages that are here and for those that are gone.

import type { CopyTrace, MessageTrace } from '@postroom/sdk/services';
import { type CopyTraceColumns, copyTrace, type MessageColumns, messageTrace, storedMessage, traceWish } from '@postroom/sdk/store';
import { bigints } from '../engine/binaryArrays.js';
import type { Reads } from '../engine/database.js';
import { type MailboxName, mailboxOfRow } from './mailboxes.js';
import { MESSAGE_COLUMNS, VOID } from './messageRows.js';

interface CopyHistoryRow extends MailboxName, CopyTraceColumns {
  readonly message_id: number;
}

/** Values: message number, Message-ID, UIDL at the ISP, pattern, placement of a UIDL of ours, part of a mailbox's name in lower case, limit. */
const TRACES = `
  SELECT ${MESSAGE_COLUMNS} FROM message
  WHERE origin <> '${VOID}' AND (id = $1 OR message_id = $2 OR uidl = $3 OR sender ILIKE $4 OR subject ILIKE $4
    OR id = (SELECT message_id FROM placement WHERE placement.id = $5)
    OR id IN (SELECT message_id FROM placement WHERE mailbox_id IN (
      SELECT id FROM mailbox WHERE position($6 IN lower(user_name || '@' || mailbox.account)) > 0)))
  ORDER BY id DESC LIMIT $7`;

const HISTORY = `
  SELECT message_id, account, user_name, placed_at, picked_up_at, client, removed_at FROM placement JOIN mailbox ON mailbox.id = mailbox_id
  WHERE message_id = ANY ($1::bigint[]) ORDER BY placement.id`;

export async function readTraces(reads: Reads, query: string, limit: number): Promise<readonly MessageTrace[]> {
  const wish = traceWish(query);
  if (wish === undefined) return [];
  const { text, number, messageId, pattern, placement } = wish;
  const rows = await reads.rows<MessageColumns>(TRACES, [number, messageId, text, pattern, placement, text.toLowerCase(), limit]);
  const history = await readHistory(
    reads,
    rows.map((row) => row.id),
  );
  return rows.map((row) => messageTrace(storedMessage(row), history.get(row.id) ?? []));
}

/** The copies of messages, by message. */
export async function readHistory(reads: Reads, messages: readonly number[]): Promise<ReadonlyMap<number, readonly CopyTrace[]>> {
  const history = new Map<number, CopyTrace[]>(messages.map((message) => [message, []]));
  for (const row of await reads.rows<CopyHistoryRow>(HISTORY, [bigints(messages)]))
    history.get(row.message_id)?.push(copyTrace(mailboxOfRow(row), row));
  return history;
}
