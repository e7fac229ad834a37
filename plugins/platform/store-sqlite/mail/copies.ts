// Copies in mailboxes: who gets one, and when a message without copies is deleted.
import { createHash } from 'node:crypto';
import { type CopyEdit, joinEdits, octetsAdded } from '@postroom/sdk/base';
import type { IntakeResult, OutboxDraft, PlacementDraft, StoredMessage } from '@postroom/sdk/services';
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
  const seenKey = draft.duplicateKey && createHash('sha256').update(`${mailbox}:`).update(draft.duplicateKey).digest().subarray(0, 16);
  return { draft, mailbox, seenKey };
}

/** Adds the copies to the group, one a mailbox, but for mailboxes that took the same content from another message. */
export function placeCopies(group: WriteGroup, number: number, message: StoredMessage, copies: readonly Copy[], now: Date): IntakeResult {
  const placed: PlacementDraft[] = [];
  const duplicates: PlacementDraft[] = [];
  const concealed = joinEdits(message.concealed);
  const served = new Set<number>();
  for (const { draft, mailbox, seenKey } of copies) {
    if (served.has(mailbox)) continue;
    served.add(mailbox);
    const first = seenKey && group.firstWith(seenKey);
    if (first !== undefined && first.number !== number && draft.isWanted !== true) {
      duplicates.push(draft);
      continue;
    }
    placed.push(draft);
    if (seenKey !== undefined) group.see(seenKey, { number, at: now, contentHash: message.contentHash });
    group.insert('placement', {
      mailbox_id: mailbox,
      message_id: number,
      prefix: draft.prefix,
      concealed: concealedText(concealed),
      size: draft.prefix.length + message.size + octetsAdded(concealed),
      tag: Number.parseInt(message.contentHash.slice(0, 8), 16),
      seen_key: seenKey ?? null,
      placed_at: now.getTime(),
    });
  }
  return { placed: placed.map((draft) => draft.mailbox), duplicates: duplicates.map((draft) => draft.mailbox) };
}

export function outboxRow(id: number, message: number, draft: OutboxDraft, now: Date): OutboxRow {
  return {
    id,
    message_id: message,
    account: draft.account,
    sender: draft.from,
    recipient: draft.recipient,
    prefix: draft.prefix,
    dsn: JSON.stringify({ ret: draft.ret, envid: draft.envid, notify: draft.notify, orcpt: draft.orcpt }),
    state: 'waiting',
    queued_at: now.getTime(),
    next_try_at: now.getTime(),
  };
}

/** Edits as a copy's row keeps them; `null` for the many copies that show all as it is stored. */
export function concealedText(edits: readonly CopyEdit[]): string | null {
  if (edits.length === 0) return null;
  return JSON.stringify(edits.map(({ start, end, instead }) => (instead === undefined ? [start, end] : [start, end, instead])));
}

export function concealedEdits(text: string | null): readonly CopyEdit[] {
  if (text === null) return [];
  const rows = JSON.parse(text) as [start: number, end: number, instead?: string][];
  return rows.map(([start, end, instead]) => ({ start, end, ...(instead !== undefined && { instead }) }));
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
