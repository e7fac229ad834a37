// Outbox on SQLite. A lease, not a lock, keeps two senders apart: one that dies gives its entries back by itself.
import type { Clock } from '@postroom/sdk/services';
import type { Outbox, OutboxCounts, OutboxEntry, OutboxState, OutboxUpdate } from '../outbox.js';
import type { Connection } from './connection.js';
import { letGo } from './copies.js';
import type { OutboxTally } from './outboxTally.js';
import type { Readers } from './readers.js';
import type { OutboxRow } from './tables.js';
import type { WriteQueue } from './writeQueue.js';

interface StoredOutboxRow extends OutboxRow {
  readonly attempts: number;
  readonly status: string;
  readonly text: string;
  readonly delay_noticed: number;
}

type Moved = Pick<StoredOutboxRow, 'id' | 'state' | 'attempts'>;

/** SQL: the state of an entry that nobody is sending. */
const AT_REST = `CASE WHEN attempts > 0 THEN 'deferred' ELSE 'waiting' END`;
const IDS = '(SELECT value FROM json_each(?))';

export class SqliteOutbox implements Outbox {
  constructor(
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly tally: OutboxTally,
    private readonly clock: Clock,
  ) {}

  async lease(now: Date, leaseMs: number, limit: number): Promise<readonly OutboxEntry[]> {
    let rows: StoredOutboxRow[] = [];
    await this.queue.write({
      run: async (writer) => {
        const due = await writer.all<{ id: number }>(
          `SELECT id FROM outbox WHERE (state IN ('waiting', 'deferred') AND next_try_at <= ?) OR (state = 'sending' AND lease_until <= ?)
            ORDER BY id LIMIT ?`,
          [now.getTime(), now.getTime(), limit],
        );
        const ids = JSON.stringify(due.map((row) => row.id));
        await writer.run(`UPDATE outbox SET state = 'sending', lease_until = ? WHERE id IN ${IDS}`, [now.getTime() + leaseMs, ids]);
        rows = await writer.all<StoredOutboxRow>(`SELECT * FROM outbox WHERE id IN ${IDS} ORDER BY id`, [ids]);
      },
      committed: () => this.tally.moved(rows),
    });
    return rows.map(entryOf);
  }

  async report(updates: readonly OutboxUpdate[]): Promise<void> {
    const now = this.clock.now();
    const done = updates.filter((update) => update.outcome !== 'deferred').map((update) => update.id);
    let moved: Moved[] = [];
    await this.queue.write({
      makesRoom: done.length > 0,
      run: async (writer) => {
        const ids = JSON.stringify(done);
        for (const update of updates) await (update.outcome === 'deferred' ? defer(writer, update, now) : trail(writer, update));
        const messages = await writer.all<{ message_id: number }>(`SELECT DISTINCT message_id FROM outbox WHERE id IN ${IDS}`, [ids]);
        await writer.run(`DELETE FROM outbox WHERE id IN ${IDS}`, [ids]);
        await letGo(
          writer,
          messages.map((row) => row.message_id),
          now,
        );
        moved = await readMoved(
          writer,
          updates.map((update) => update.id),
        );
      },
      committed: () => {
        this.tally.gone(done);
        this.tally.moved(moved);
      },
    });
  }

  release(ids: readonly number[]): Promise<void> {
    return this.#move(ids, `state = ${AT_REST}, lease_until = NULL`, `state = 'sending'`);
  }

  async recover(): Promise<number> {
    const leased = (await this.readers.all<{ id: number }>(`SELECT id FROM outbox WHERE state = 'sending'`)).map((row) => row.id);
    if (leased.length > 0) await this.release(leased);
    return leased.length;
  }

  async list(): Promise<readonly OutboxEntry[]> {
    return (await this.readers.all<StoredOutboxRow>('SELECT * FROM outbox ORDER BY id')).map(entryOf);
  }

  counts(): OutboxCounts {
    return this.tally.counts;
  }

  /** Entries that are being sent are left to their sender. */
  retry(ids: readonly number[]): Promise<void> {
    return this.#move(ids, `state = ${AT_REST}, next_try_at = ?`, `state <> 'sending'`, [this.clock.now().getTime()]);
  }

  /** An entry that is being sent is held where the try fails; where it succeeds it is gone. */
  hold(ids: readonly number[]): Promise<void> {
    return this.#move(ids, `state = 'held', lease_until = NULL`, '1');
  }

  onDidChange(listener: () => void): { dispose(): void } {
    return this.tally.onDidChange(listener);
  }

  async #move(ids: readonly number[], change: string, which: string, values: readonly number[] = []): Promise<void> {
    let moved: Moved[] = [];
    await this.queue.write({
      run: async (writer) => {
        await writer.run(`UPDATE outbox SET ${change} WHERE ${which} AND id IN ${IDS}`, [...values, JSON.stringify(ids)]);
        moved = await readMoved(writer, ids);
      },
      committed: () => this.tally.moved(moved),
    });
  }
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

function readMoved(writer: Connection, ids: readonly number[]): Promise<Moved[]> {
  return writer.all<Moved>(`SELECT id, state, attempts FROM outbox WHERE id IN ${IDS}`, [JSON.stringify(ids)]);
}

function entryOf(row: StoredOutboxRow): OutboxEntry {
  const dsn = JSON.parse(row.dsn) as { ret?: 'FULL' | 'HDRS'; envid?: string; notify?: readonly string[]; orcpt?: string };
  return {
    id: row.id,
    message: String(row.message_id),
    account: row.account,
    from: row.sender,
    recipient: row.recipient,
    prefix: row.prefix,
    ret: dsn.ret,
    envid: dsn.envid,
    notify: dsn.notify,
    orcpt: dsn.orcpt,
    state: row.state as OutboxState,
    queuedAt: new Date(row.queued_at),
    attempts: row.attempts,
    nextTryAt: new Date(row.next_try_at),
    status: row.status,
    text: row.text,
    delayNoticed: row.delay_noticed !== 0,
  };
}
