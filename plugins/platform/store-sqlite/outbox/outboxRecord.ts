// What tries came to, written in one commit: by itself, or together with the bounce that answers for it.
import type { TrailEntry } from '@postroom/sdk';
import type { OutboxUpdate } from '@postroom/sdk/services';
import { isDone, type OutboxTally, readReport } from '@postroom/sdk/store';
import type { Connection } from '../engine/connection.js';
import { letGo } from '../mail/copies.js';
import { countMoved, type Moved, readMoved } from './tallyRows.js';
import { IDS, lastTries } from './tries.js';

export class OutboxRecord {
  #moved: readonly Moved[] = [];
  #done: readonly number[] = [];

  constructor(
    private readonly updates: readonly OutboxUpdate[],
    private readonly tally: OutboxTally,
    private readonly now: Date,
    /** A message answers for all of it. */
    private readonly isAnswered = false,
  ) {}

  /** Entries that are done let go of their messages. */
  get makesRoom(): boolean {
    return this.updates.some(isDone);
  }

  /** Throws `lease/lost` where another sender has one of them. */
  async run(writer: Connection): Promise<void> {
    const tries = await lastTries(writer, this.updates);
    const { done, stay, trails } = readReport(this.updates, tries, this.isAnswered);
    this.#done = done;
    for (const update of stay) await defer(writer, update, this.now);
    for (const [message, lines] of trails) for (const line of lines) await addToTrail(writer, message, line);
    const list = JSON.stringify(done);
    const messages = await writer.all<{ message_id: number }>(`SELECT DISTINCT message_id FROM outbox WHERE id IN ${IDS}`, [list]);
    await writer.run(`DELETE FROM outbox WHERE id IN ${IDS}`, [list]);
    await letGo(
      writer,
      messages.map((row) => row.message_id),
      this.now,
    );
    this.#moved = await readMoved(
      writer,
      stay.map((update) => update.id),
    );
  }

  committed(): void {
    this.tally.gone(this.#done);
    countMoved(this.tally, this.#moved);
  }
}

async function defer(writer: Connection, update: OutboxUpdate, now: Date): Promise<void> {
  await writer.run(
    `UPDATE outbox SET state = CASE state WHEN 'held' THEN 'held' ELSE ? END, lease_until = NULL, in_doubt = 0, doubts = doubts + ?,
      attempts = attempts + 1, next_try_at = ?, status = ?, text = ?, delay_noticed = max(delay_noticed, ?), reported = ifnull(?, reported)
      WHERE id = ?`,
    [
      update.outcome,
      update.doubtful ? 1 : 0,
      (update.nextTryAt ?? now).getTime(),
      update.receipt.status,
      update.receipt.text,
      update.delayNoticed ? 1 : 0,
      update.lease,
      update.id,
    ],
  );
}

async function addToTrail(writer: Connection, message: number, line: TrailEntry): Promise<void> {
  await writer.run(`UPDATE message SET details = json_insert(details, '$.trail[#]', json(?)) WHERE id = ?`, [
    JSON.stringify(line),
    message,
  ]);
}
