// "Where did that mail go?": answered for messages that are here and for those that are gone.

import type { CopyTrace, MessageTrace } from '@postroom/sdk/services';
import { type CopyTraceColumns, copyTrace, messageTrace, storedMessage, traceWish } from '@postroom/sdk/store';
import type { Readers } from '../engine/readers.js';
import { MESSAGE_COLUMNS, type MessageRow } from '../engine/tables.js';
import type { MailboxNames } from './mailboxNames.js';
import { VOID } from './outcomeWrite.js';

interface CopyHistoryRow extends CopyTraceColumns {
  readonly message_id: number;
  readonly mailbox_id: number;
}

/** Values: message number, Message-ID, UIDL at the ISP, pattern twice, placement of a UIDL of ours, mailbox numbers as JSON, limit. */
const TRACES = `
  SELECT ${MESSAGE_COLUMNS} FROM message
  WHERE disposition <> '${VOID}' AND (id = ? OR message_id = ? OR uidl = ? OR sender LIKE ? ESCAPE '\\' OR subject LIKE ? ESCAPE '\\'
    OR id = (SELECT message_id FROM placement WHERE placement.id = ?)
    OR EXISTS (SELECT 1 FROM placement WHERE placement.message_id = message.id AND mailbox_id IN (SELECT value FROM json_each(?))))
  ORDER BY id DESC LIMIT ?`;

const HISTORY = `
  SELECT message_id, mailbox_id, placed_at, picked_up_at, client, removed_at FROM placement
  WHERE message_id IN (SELECT value FROM json_each(?)) ORDER BY id`;

export async function readTraces(readers: Readers, names: MailboxNames, query: string, limit: number): Promise<readonly MessageTrace[]> {
  const wish = traceWish(query);
  if (wish === undefined) return [];
  const { text, number, messageId, pattern, placement } = wish;
  const mailboxes = JSON.stringify(names.matching(text));
  const rows = await readers.all<MessageRow>(TRACES, [number, messageId, text, pattern, pattern, placement, mailboxes, limit]);
  const history = await readHistory(
    readers,
    names,
    rows.map((row) => row.id),
  );
  return rows.map((row) => messageTrace(storedMessage(row), history.get(row.id) ?? []));
}

/** The copies of messages, by message. */
export async function readHistory(
  readers: Readers,
  names: MailboxNames,
  messages: readonly number[],
): Promise<ReadonlyMap<number, readonly CopyTrace[]>> {
  const history = new Map<number, CopyTrace[]>(messages.map((message) => [message, []]));
  for (const row of await readers.all<CopyHistoryRow>(HISTORY, [JSON.stringify(messages)]))
    history.get(row.message_id)?.push(copyTrace(names.ref(row.mailbox_id), row));
  return history;
}
