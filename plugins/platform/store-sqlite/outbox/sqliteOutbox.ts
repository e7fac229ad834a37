// Outbox on SQLite. A lease, not a lock, keeps two senders apart: one that dies gives its entries back by itself. Each try has a number, and what bears a
// former one counts no more.
import type {
  Clock,
  LeasedEntry,
  Outbox,
  OutboxChoice,
  OutboxCounts,
  OutboxEntry,
  OutboxState,
  OutboxUpdate,
} from '@postroom/sdk/services';
import {
  LONGEST_WAIT_MS,
  numberOfMessage,
  type OutboxColumns,
  type OutboxTally,
  outboxEntry,
  refuseTakenOver,
  takenOut,
  takenOver,
} from '@postroom/sdk/store';
import type { Connection, SqlValue } from '../engine/connection.js';
import type { Readers } from '../engine/readers.js';
import type { Sequence } from '../engine/sequence.js';
import type { WriteQueue, WriteUnit } from '../engine/writeQueue.js';
import { OutboxRecord } from './outboxRecord.js';
import { countMoved, type Moved, readMoved } from './tallyRows.js';
import { IDS, idsOf, lastTries, listOf, OWN } from './tries.js';

interface StoredOutboxRow extends OutboxColumns {
  readonly state: OutboxState;
  readonly lease: number | null;
}

/** SQL: the state of an entry that nobody sends. */
const AT_REST = `CASE WHEN attempts > 0 THEN 'deferred' ELSE 'waiting' END`;

/** SQL: whether a lease is over at ?1. */
const IS_OVER = `(lease_until IS NULL OR lease_until <= ?1 OR lease_until > ?1 + ${LONGEST_WAIT_MS})`;

/** SQL: what a sender has left, at ?1, where server ?2 asks, which is at work on ?3: there is one server, so the others are gone. */
const LEFT = `(in_doubt = 1 OR state = 'sending') AND (server IS NOT ?2 OR ${IS_OVER} OR (?3 IS NOT NULL AND id NOT IN (SELECT value FROM json_each(?3))))`;

export class SqliteOutbox implements Outbox {
  constructor(
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly tally: OutboxTally,
    /** Numbers of tries. */
    private readonly tokens: Sequence,
    /** Number of this server. */
    private readonly server: number,
    private readonly clock: Clock,
  ) {}

  async lease({ limit, forMs, newest = Number.MAX_SAFE_INTEGER }: Parameters<Outbox['lease']>[0]): Promise<readonly OutboxEntry[]> {
    const now = this.clock.now().getTime();
    let rows: StoredOutboxRow[] = [];
    await this.queue.write({
      run: async (writer) => {
        const due = await writer.all<{ id: number }>(
          `SELECT id FROM outbox
            WHERE id <= ?3 AND in_doubt = 0 AND ((state IN ('waiting', 'deferred') AND (next_try_at <= ?1 OR next_try_at > ?1 + ${LONGEST_WAIT_MS}))
              OR (state = 'sending' AND ${IS_OVER}))
            ORDER BY id LIMIT ?2`,
          [now, limit, newest],
        );
        rows = await this.#take(writer, idsOf(due), now + forMs, "'sending'");
      },
      committed: () => countMoved(this.tally, rows),
    });
    return rows.map(entryOf);
  }

  async newest(): Promise<number> {
    return (await this.readers.get<{ id: number | null }>('SELECT max(id) AS id FROM outbox'))?.id ?? 0;
  }

  async enterDoubt(entries: readonly LeasedEntry[]): Promise<void> {
    await this.queue.write({
      run: async (writer) => {
        const tries = await lastTries(writer, entries);
        refuseTakenOver(entries, tries);
        const lost = tries.filter(({ state }) => state !== 'sending' && state !== 'held');
        if (lost.length > 0) throw takenOver(lost.map(({ recipient }) => recipient));
        const marked = await writer.run(`UPDATE outbox SET in_doubt = 1 WHERE state = 'sending' AND id IN ${IDS}`, [idsOf(entries)]);
        if (marked !== entries.length) throw takenOut();
      },
    });
  }

  leaveDoubt(entries: readonly LeasedEntry[]): Promise<void> {
    return this.queue.write({
      run: async (writer) => void (await writer.run(`UPDATE outbox SET in_doubt = 0 WHERE id IN ${OWN}`, [listOf(entries)])),
    });
  }

  report(updates: readonly OutboxUpdate[]): Promise<void> {
    return this.queue.write(recordUnit(new OutboxRecord(updates, this.tally, this.clock.now())));
  }

  release(entries: readonly LeasedEntry[], inMs?: number): Promise<void> {
    const [ids, list] = [entries.map(({ id }) => id), listOf(entries)];
    const which = `state = 'sending' AND id IN ${OWN}`;
    if (inMs === undefined) return this.#move(ids, `state = ${AT_REST}, lease_until = NULL`, which, [list]);
    const dueAt = this.clock.now().getTime() + inMs;
    return this.#move(ids, `state = 'deferred', lease_until = NULL, next_try_at = ?`, which, [dueAt, list]);
  }

  async recover(forMs: number, atWork?: readonly LeasedEntry[]): Promise<readonly OutboxEntry[]> {
    const now = this.clock.now().getTime();
    const values = [now, this.server, atWork === undefined ? null : idsOf(atWork)];
    const left = await this.readers.get(`SELECT 1 FROM outbox WHERE ${LEFT} LIMIT 1`, values);
    if (left === undefined) return [];
    let rows: StoredOutboxRow[] = [];
    await this.queue.write({
      run: async (writer) => {
        const found = await writer.all<StoredOutboxRow>(`SELECT id, in_doubt FROM outbox WHERE ${LEFT}`, values);
        const atRest = idsOf(found.filter((row) => row.in_doubt === 0));
        await writer.run(`UPDATE outbox SET state = ${AT_REST}, lease_until = NULL WHERE id IN ${IDS}`, [atRest]);
        await this.#take(writer, idsOf(found.filter((row) => row.in_doubt === 1)), now + forMs, 'state');
        rows = await writer.all<StoredOutboxRow>(`SELECT * FROM outbox WHERE id IN ${IDS} ORDER BY id`, [idsOf(found)]);
      },
      committed: () => countMoved(this.tally, rows),
    });
    return rows.map(entryOf);
  }

  async list({ ids, messages, after = 0, limit = -1 }: OutboxChoice = {}): Promise<readonly OutboxEntry[]> {
    const ofIds = ids === undefined ? '' : `AND id IN ${IDS}`;
    const ofMessages = messages === undefined ? '' : `AND message_id IN ${IDS}`;
    const numbers = [ids, messages?.map(numberOfMessage)].flatMap((some) => (some === undefined ? [] : [JSON.stringify(some)]));
    const rows = await this.readers.all<StoredOutboxRow>(`SELECT * FROM outbox WHERE id > ? ${ofIds} ${ofMessages} ORDER BY id LIMIT ?`, [
      after,
      ...numbers,
      limit,
    ]);
    return rows.map(entryOf);
  }

  counts(): OutboxCounts {
    return this.tally.counts;
  }

  /** Entries that are being sent are left to their sender. */
  retry(ids: readonly number[]): Promise<void> {
    const now = this.clock.now().getTime();
    return this.#move(ids, `state = ${AT_REST}, next_try_at = ?`, `state <> 'sending' AND id IN ${IDS}`, [now, JSON.stringify(ids)]);
  }

  /** An entry that is being sent is held where the try fails; where it succeeds it is gone. */
  hold(ids: readonly number[]): Promise<void> {
    return this.#move(ids, `state = 'held'`, `id IN ${IDS}`, [JSON.stringify(ids)]);
  }

  onDidChange(listener: () => void): { dispose(): void } {
    return this.tally.onDidChange(listener);
  }

  /** From here on they are this server's, under a new number. `ids`: JSON; `state`: SQL. */
  async #take(writer: Connection, ids: string, until: number, state: string): Promise<StoredOutboxRow[]> {
    await writer.run(`UPDATE outbox SET state = ${state}, lease_until = ?, lease = ?, server = ? WHERE id IN ${IDS}`, [
      until,
      this.tokens.next(),
      this.server,
      ids,
    ]);
    return writer.all<StoredOutboxRow>(`SELECT * FROM outbox WHERE id IN ${IDS} ORDER BY id`, [ids]);
  }

  async #move(ids: readonly number[], change: string, which: string, values: readonly SqlValue[]): Promise<void> {
    let moved: Moved[] = [];
    await this.queue.write({
      run: async (writer) => {
        await writer.run(`UPDATE outbox SET ${change} WHERE ${which}`, values);
        moved = await readMoved(writer, ids);
      },
      committed: () => countMoved(this.tally, moved),
    });
  }
}

function recordUnit(record: OutboxRecord): WriteUnit {
  return { makesRoom: record.makesRoom, run: (writer) => record.run(writer), committed: () => record.committed() };
}

function entryOf(row: StoredOutboxRow): OutboxEntry {
  return outboxEntry(row, row.state, row.state === 'sending' || row.in_doubt !== 0 ? row.lease : null);
}
