// Outbox on SQLite. A lease, not a lock, keeps two senders apart: one that dies gives its entries back by itself.
import { PostroomError } from '@postroom/sdk';
import type { Clock, Outbox, OutboxCounts, OutboxEntry, OutboxState, OutboxUpdate } from '@postroom/sdk/services';
import type { Readers } from '../engine/readers.js';
import type { OutboxRow } from '../engine/tables.js';
import type { WriteQueue, WriteUnit } from '../engine/writeQueue.js';
import { IDS, type Moved, OutboxRecord, readMoved } from './outboxRecord.js';
import type { OutboxTally } from './outboxTally.js';

interface StoredOutboxRow extends OutboxRow {
  readonly attempts: number;
  readonly status: string;
  readonly text: string;
  readonly delay_noticed: number;
  readonly in_doubt: number;
  readonly doubts: number;
}

/** SQL: the state of an entry without a lease. */
const AT_REST = `CASE WHEN attempts > 0 THEN 'deferred' ELSE 'waiting' END`;

const TAKEN_OUT = 'The message was taken out of the Outbox, or put on hold, while it was being sent: it was not sent.';

/** No entry waits longer than this. One that would was put off before the clock was set back: it is due. */
const LONGEST_WAIT_MS = 86_400_000;

export class SqliteOutbox implements Outbox {
  constructor(
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly tally: OutboxTally,
    private readonly clock: Clock,
  ) {}

  async lease(now: Date, leaseMs: number, limit: number, newest = Number.MAX_SAFE_INTEGER): Promise<readonly OutboxEntry[]> {
    let rows: StoredOutboxRow[] = [];
    await this.queue.write({
      run: async (writer) => {
        const due = await writer.all<{ id: number }>(
          `SELECT id FROM outbox
            WHERE id <= ?5 AND in_doubt = 0 AND ((state IN ('waiting', 'deferred') AND (next_try_at <= ?1 OR next_try_at > ?1 + ?2))
              OR (state = 'sending' AND (lease_until <= ?1 OR lease_until > ?1 + ?3)))
            ORDER BY id LIMIT ?4`,
          [now.getTime(), LONGEST_WAIT_MS, leaseMs, limit, newest],
        );
        const ids = JSON.stringify(due.map((row) => row.id));
        await writer.run(`UPDATE outbox SET state = 'sending', lease_until = ? WHERE id IN ${IDS}`, [now.getTime() + leaseMs, ids]);
        rows = await writer.all<StoredOutboxRow>(`SELECT * FROM outbox WHERE id IN ${IDS} ORDER BY id`, [ids]);
      },
      committed: () => this.tally.moved(rows),
    });
    return rows.map(entryOf);
  }

  async enterDoubt(ids: readonly number[]): Promise<void> {
    let marked = 0;
    await this.queue.write({
      run: async (writer) => {
        marked = await writer.run(`UPDATE outbox SET in_doubt = 1 WHERE state = 'sending' AND id IN ${IDS}`, [JSON.stringify(ids)]);
        if (marked !== ids.length) throw new PostroomError('mail/not-found', TAKEN_OUT);
      },
    });
  }

  leaveDoubt(ids: readonly number[]): Promise<void> {
    return this.queue.write({
      run: async (writer) => void (await writer.run(`UPDATE outbox SET in_doubt = 0 WHERE id IN ${IDS}`, [JSON.stringify(ids)])),
    });
  }

  report(updates: readonly OutboxUpdate[]): Promise<void> {
    return this.queue.write(recordUnit(new OutboxRecord(updates, this.tally, this.clock.now())));
  }

  release(ids: readonly number[], dueAt?: Date): Promise<void> {
    const which = `state = 'sending'`;
    if (dueAt === undefined) return this.#move(ids, `state = ${AT_REST}, lease_until = NULL`, which);
    return this.#move(ids, `state = 'deferred', lease_until = NULL, next_try_at = ?`, which, [dueAt.getTime()]);
  }

  async recover(over?: { readonly now: Date; readonly leaseMs: number }): Promise<readonly OutboxEntry[]> {
    const [now, leaseMs] = [over?.now.getTime() ?? null, over?.leaseMs ?? null];
    const left = await this.readers.all<StoredOutboxRow>(
      `SELECT * FROM outbox WHERE (in_doubt = 1 OR state = 'sending')
        AND (?1 IS NULL OR lease_until IS NULL OR lease_until <= ?1 OR lease_until > ?1 + ?2) ORDER BY id`,
      [now, leaseMs],
    );
    const untold = left.filter((row) => row.in_doubt === 0);
    if (untold.length > 0) await this.release(untold.map(({ id }) => id));
    return left.map(entryOf);
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

function recordUnit(record: OutboxRecord): WriteUnit {
  return { makesRoom: record.makesRoom, run: (writer) => record.run(writer), committed: () => record.committed() };
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
    ...(row.in_doubt !== 0 && { inDoubt: true }),
    ...(row.doubts > 0 && { doubts: row.doubts }),
  };
}
