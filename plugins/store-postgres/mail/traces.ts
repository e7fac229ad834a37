// "Where did that mail go?": answered for messages that are here and for those that are gone.

import type { CopyTrace, MessageTrace } from '@postroom/sdk/services';
import { placementOf } from '@postroom/sdk/store';
import { bigints } from '../engine/binaryArrays.js';
import type { Reads } from '../engine/database.js';
import { type MailboxName, mailboxRef } from './mailboxes.js';
import { dateOf } from './mailboxSummaries.js';
import { MESSAGE_COLUMNS, type MessageRow, storedMessage, VOID } from './messageRows.js';

interface CopyHistoryRow extends MailboxName {
  readonly message_id: number;
  readonly placed_at: number;
  readonly picked_up_at: number | null;
  readonly client: string | null;
  readonly removed_at: number | null;
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
  const wanted = query.trim();
  if (wanted === '') return [];
  const number = /^\d{1,15}$/.test(wanted) ? Number(wanted) : -1;
  const messageId = wanted.replace(/^<(.*)>$/, '$1');
  const pattern = `%${wanted.replace(/[\\%_]/g, '\\$&')}%`;
  const values = [number, messageId, wanted, pattern, placementOf(wanted) ?? -1, wanted.toLowerCase(), limit];
  const rows = await reads.rows<MessageRow>(TRACES, values);
  const history = await readHistory(
    reads,
    rows.map((row) => row.id),
  );
  return rows.map((row) => {
    const { concealed: _concealed, headerSize: _headerSize, submission: _submission, ...message } = storedMessage(row);
    return { ...message, copies: history.get(row.id) ?? [] };
  });
}

/** The copies of messages, by message. */
export async function readHistory(reads: Reads, messages: readonly number[]): Promise<ReadonlyMap<number, readonly CopyTrace[]>> {
  const history = new Map<number, CopyTrace[]>(messages.map((message) => [message, []]));
  for (const row of await reads.rows<CopyHistoryRow>(HISTORY, [bigints(messages)])) {
    history.get(row.message_id)?.push({
      mailbox: mailboxRef(row),
      placedAt: new Date(row.placed_at),
      pickedUpAt: dateOf(row.picked_up_at),
      client: row.client ?? undefined,
      removedAt: dateOf(row.removed_at),
    });
  }
  return history;
}
