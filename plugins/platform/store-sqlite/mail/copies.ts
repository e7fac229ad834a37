// Copies in mailboxes: who gets one, and when a message without copies is deleted.
import type { MailboxRef } from '@postroom/sdk';
import type { IntakeResult, OutboxDraft, PlacementDraft, StoredMessage } from '@postroom/sdk/services';
import { copyColumnsOf, dsnText, oncePerMailbox, type QueuedEntry, seenKeyOf } from '@postroom/sdk/store';
import type { Connection } from '../engine/connection.js';
import type { OutboxRow } from '../engine/tables.js';
import type { WriteGroup } from '../engine/writeGroup.js';
import { DELETE_CHUNKS_OF_GONE } from './chunks.js';

/** A draft with what the store knows of its mailbox. */
export interface Copy {
  readonly draft: PlacementDraft;
  readonly mailbox: number;
  /** Names this content in this mailbox. */
  readonly seenKey: Buffer | undefined;
}

export function copyFor(draft: PlacementDraft, mailbox: number): Copy {
  return { draft, mailbox, seenKey: draft.duplicateKey && seenKeyOf(mailbox, draft.duplicateKey) };
}

/** Adds the copies to the group, one a mailbox, but for mailboxes that took the same content from another message. */
export function placeCopies(group: WriteGroup, number: number, message: StoredMessage, copies: readonly Copy[], now: Date): IntakeResult {
  const placed: MailboxRef[] = [];
  const duplicates: MailboxRef[] = [];
  const columnsOf = copyColumnsOf(message);
  for (const { draft, mailbox, seenKey } of oncePerMailbox(copies, (copy) => copy.draft.mailbox)) {
    const first = seenKey && group.firstWith(seenKey);
    if (first !== undefined && first.number !== number && draft.isWanted !== true) {
      duplicates.push(draft.mailbox);
      continue;
    }
    placed.push(draft.mailbox);
    if (seenKey !== undefined) group.see(seenKey, { number, at: now, contentHash: message.contentHash });
    const { prefix, concealed, size, tag } = columnsOf(draft.prefix);
    group.insert('placement', {
      mailbox_id: mailbox,
      message_id: number,
      prefix,
      concealed,
      size,
      tag,
      seen_key: seenKey ?? null,
      placed_at: now.getTime(),
    });
  }
  return { placed, duplicates };
}

export function outboxRow(id: number, message: number, draft: OutboxDraft, now: Date): OutboxRow {
  return {
    id,
    message_id: message,
    account: draft.account,
    sender: draft.from,
    recipient: draft.recipient,
    prefix: draft.prefix,
    dsn: dsnText(draft),
    state: 'waiting',
    queued_at: now.getTime(),
    next_try_at: now.getTime(),
  };
}

export function queuedEntry({ id, message_id, queued_at }: OutboxRow): QueuedEntry {
  return { id, message: message_id, queuedAt: queued_at, isUntried: true };
}

/** Takes copies away, keeping their history. `ids`: placements. */
export async function removeCopies(writer: Connection, ids: readonly number[], now: Date): Promise<void> {
  await writer.run(
    'UPDATE placement SET removed_at = ?, prefix = NULL WHERE id IN (SELECT value FROM json_each(?)) AND removed_at IS NULL',
    [now.getTime(), JSON.stringify(ids)],
  );
}

/** Removes copies, and the messages that have none left. */
export async function removeCopiesForGood(writer: Connection, ids: readonly number[], now: Date): Promise<void> {
  await removeCopies(writer, ids, now);
  const list = JSON.stringify(ids);
  const messages = await writer.all<{ message_id: number }>(
    'SELECT DISTINCT message_id FROM placement WHERE id IN (SELECT value FROM json_each(?))',
    [list],
  );
  await letGo(
    writer,
    messages.map((row) => row.message_id),
    now,
  );
}

/** Removes the octets of messages that no mailbox and no Outbox entry holds. What was set aside stays, unless `setAsideToo`. */
export async function letGo(writer: Connection, messages: readonly number[], now: Date, setAsideToo = false): Promise<void> {
  const list = JSON.stringify(messages);
  const gone = await writer.run(
    `UPDATE message SET gone_at = ? WHERE id IN (SELECT value FROM json_each(?)) AND gone_at IS NULL ${setAsideToo ? '' : "AND disposition = 'deliver'"}
      AND NOT EXISTS (SELECT 1 FROM placement WHERE placement.message_id = message.id AND removed_at IS NULL)
      AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.message_id = message.id)`,
    [now.getTime(), list],
  );
  if (gone > 0) await writer.run(DELETE_CHUNKS_OF_GONE, [list]);
}
