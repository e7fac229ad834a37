// What tries came to, written in one commit: by itself, or together with the bounce that answers for it.
import type { OutboxUpdate } from '../outbox.js';
import type { Connection } from './connection.js';
import { letGo } from './copies.js';
import type { OutboxTally } from './outboxTally.js';
import type { OutboxRow } from './tables.js';

/** An entry's row as far as the tally counts it. */
export type Moved = Pick<OutboxRow, 'id' | 'state'> & { readonly attempts: number };

export class OutboxRecord {
  #moved: readonly Moved[] = [];
  readonly #done: readonly number[];

  constructor(
    private readonly updates: readonly OutboxUpdate[],
    private readonly tally: OutboxTally,
    private readonly now: Date,
  ) {
    this.#done = updates.filter((update) => update.outcome !== 'deferred').map((update) => update.id);
  }

  /** Entries that are done let go of their messages. */
  get makesRoom(): boolean {
    return this.#done.length > 0;
  }

  async run(writer: Connection): Promise<void> {
    const done = JSON.stringify(this.#done);
    for (const update of this.updates) await (update.outcome === 'deferred' ? defer(writer, update, this.now) : trail(writer, update));
    const messages = await writer.all<{ message_id: number }>(`SELECT DISTINCT message_id FROM outbox WHERE id IN ${IDS}`, [done]);
    await writer.run(`DELETE FROM outbox WHERE id IN ${IDS}`, [done]);
    await letGo(
      writer,
      messages.map((row) => row.message_id),
      this.now,
    );
    this.#moved = await readMoved(
      writer,
      this.updates.map((update) => update.id),
    );
  }

  committed(): void {
    this.tally.gone(this.#done);
    this.tally.moved(this.#moved);
  }
}

/** SQL: numbers given as a JSON array. */
export const IDS = '(SELECT value FROM json_each(?))';

export function readMoved(writer: Connection, ids: readonly number[]): Promise<Moved[]> {
  return writer.all<Moved>(`SELECT id, state, attempts FROM outbox WHERE id IN ${IDS}`, [JSON.stringify(ids)]);
}

async function defer(writer: Connection, update: OutboxUpdate, now: Date): Promise<void> {
  await writer.run(
    `UPDATE outbox SET state = CASE state WHEN 'held' THEN 'held' ELSE 'deferred' END, lease_until = NULL, attempts = attempts + 1,
      next_try_at = ?, status = ?, text = ?, delay_noticed = max(delay_noticed, ?) WHERE id = ?`,
    [(update.nextTryAt ?? now).getTime(), update.receipt.status, update.receipt.text, update.delayNoticed ? 1 : 0, update.id],
  );
}

/** How a recipient's mail ended stands in the message's trail. */
async function trail(writer: Connection, update: OutboxUpdate): Promise<void> {
  const { receipt, outcome } = update;
  const entry = {
    tap: 'postroom/outbox',
    change: `${outcome} ${receipt.recipient}`,
    reason: `${receipt.status} ${receipt.text}`.trim(),
    milliseconds: 0,
  };
  await writer.run(
    `UPDATE message SET details = json_insert(details, '$.trail[#]', json(?)) WHERE id = (SELECT message_id FROM outbox WHERE id = ?)`,
    [JSON.stringify(entry), update.id],
  );
}
