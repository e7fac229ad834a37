// Sorting a stored message again: copies come and go in one commit, and what a user has picked up stays with the user.
import type { IntakeResult, ResortChange } from '@postroom/sdk/services';
import { goneBeforeResort, messageDetails, type OutboxTally, recalledCopies, resortedMessage, storedMessage } from '@postroom/sdk/store';
import type { Connection } from '../engine/connection.js';
import type { Sequence } from '../engine/sequence.js';
import { MESSAGE_COLUMNS, type MessageRow, type OutboxRow } from '../engine/tables.js';
import { WriteGroup } from '../engine/writeGroup.js';
import type { WriteUnit } from '../engine/writeQueue.js';
import type { Copy } from './copies.js';
import { letGo, outboxRow, placeCopies, queuedEntry, removeCopies } from './copies.js';

interface CopyRow {
  readonly id: number;
  readonly mailbox_id: number;
  readonly picked_up_at: number | null;
}

export class ResortWrite implements WriteUnit {
  #result: IntakeResult | undefined;
  #outbox: OutboxRow[] = [];

  constructor(
    private readonly number: number,
    private readonly change: ResortChange,
    private readonly copies: readonly Copy[],
    /** Numbers of the mailboxes that should not have it. */
    private readonly recall: readonly number[],
    private readonly numbers: Sequence,
    private readonly tally: OutboxTally,
    private readonly now: Date,
  ) {}

  get result(): IntakeResult | undefined {
    return this.#result;
  }

  async run(writer: Connection): Promise<void> {
    const { number, change, now } = this;
    const row = await writer.get<MessageRow>(`SELECT ${MESSAGE_COLUMNS} FROM message WHERE id = ? AND gone_at IS NULL`, [number]);
    if (row === undefined) throw goneBeforeResort(String(number));
    const message = resortedMessage(storedMessage(row), change);
    if (message === undefined) return;
    await writer.run('UPDATE message SET disposition = ?, details = ? WHERE id = ?', [
      message.disposition,
      messageDetails(message),
      number,
    ]);

    const present = await writer.all<CopyRow>(
      'SELECT id, mailbox_id, picked_up_at FROM placement WHERE message_id = ? AND (removed_at IS NULL OR picked_up_at IS NOT NULL)',
      [number],
    );
    const { recalled: copies, kept } = recalledCopies(present, ({ mailbox_id }) => this.recall.includes(mailbox_id));
    const recalled = copies.map(({ id }) => id);
    // A recalled mailbox has not had this content: the same mail, should it come again, is no duplicate there.
    await writer.run(
      'DELETE FROM seen WHERE message_id = ? AND key IN (SELECT seen_key FROM placement WHERE id IN (SELECT value FROM json_each(?)))',
      [number, JSON.stringify(recalled)],
    );
    await removeCopies(writer, recalled, now);

    const holding = new Set(kept.map((copy) => copy.mailbox_id));
    const wanted = this.copies.filter((copy) => !holding.has(copy.mailbox));
    const group = await WriteGroup.begin(
      writer,
      wanted.flatMap((copy) => copy.seenKey ?? []),
      now,
    );
    this.#result = placeCopies(group, number, message, wanted, now);
    this.#outbox = change.outbox.map((draft) => outboxRow(this.numbers.next(), number, draft, now));
    for (const entry of this.#outbox) group.insert('outbox', entry);
    await group.write(writer);
    // Where every copy was one too many or recalled it has no holder; a resort that names no destination leaves it for another try.
    if (this.copies.length > 0 || recalled.length > 0) await letGo(writer, [number], now);
  }

  committed(): void {
    this.tally.queued(this.#outbox.map(queuedEntry));
  }
}
