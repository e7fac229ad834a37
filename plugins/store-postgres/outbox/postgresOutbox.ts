// Outbox on PostgreSQL. A lease, not a lock, keeps two senders apart, on whichever servers: one that dies gives its entries back by itself.
import type { PostroomError } from '@postroom/sdk';
import type { LeasedEntry, Outbox, OutboxChoice, OutboxCounts, OutboxEntry, OutboxUpdate } from '@postroom/sdk/services';
import { LONGEST_WAIT_MS, numberOfMessage, takenOut, takenOver } from '@postroom/sdk/store';
import type { Database, Prepared, Reads } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';
import { LIVING, type Servers } from '../engine/servers.js';
import { OutboxRecord } from './outboxRecord.js';
import { AT_REST, entryOf, type OutboxRow, UNHELD } from './outboxRows.js';
import { type SharedTally, UNTRIED } from './sharedTally.js';

/** SQL: $1 numbers, $2 leases, `null` for whoever decides. */
const TRIED = 'unnest($1::bigint[], $2::bigint[]) AS tried (id, lease)';
/** SQL: nobody else's try has followed. */
const IS_LAST = 'outbox.id = tried.id AND (tried.lease IS NULL OR tried.lease = outbox.lease)';
const STILL_TRIED = `FROM ${TRIED} WHERE ${IS_LAST}`;
/** All of them ($3) or none. */
const ENTER_DOUBT: Prepared = {
  name: 'outbox-enter-doubt',
  text: `WITH own AS (
      SELECT outbox.id FROM outbox JOIN ${TRIED} ON ${IS_LAST} WHERE state <> 'held' AND lease_until IS NOT NULL
      ORDER BY outbox.id FOR UPDATE OF outbox)
    UPDATE outbox SET in_doubt = true FROM own WHERE outbox.id = own.id AND (SELECT count(*) FROM own) = $3 RETURNING outbox.id`,
};

interface Moved {
  readonly id: number;
  readonly untried: boolean;
}

export class PostgresOutbox implements Outbox {
  /** Senders of this server take turns: whoever asks first has what came first. */
  #leasing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly servers: Servers,
    private readonly tally: SharedTally,
    private readonly clock: EngineClock,
    /** Tells the other servers that something changed. */
    private readonly publish: () => void,
  ) {}

  lease(wish: { readonly limit: number; readonly forMs: number; readonly newest?: number }): Promise<readonly OutboxEntry[]> {
    const leased = this.#leasing.then(() => this.#lease(wish));
    this.#leasing = leased.catch(() => undefined);
    return leased;
  }

  async newest(): Promise<number> {
    const [row] = await this.database.rows<{ newest: number }>('SELECT coalesce(max(id), 0) AS newest FROM outbox');
    return row?.newest ?? 0;
  }

  async enterDoubt(entries: readonly LeasedEntry[]): Promise<void> {
    const marked = await this.database.write(ENTER_DOUBT, [...triesOf(entries), entries.length]);
    if (marked.length < entries.length) throw await whyNotTried(this.database, entries);
  }

  async leaveDoubt(entries: readonly LeasedEntry[]): Promise<void> {
    await this.database.write(`UPDATE outbox SET in_doubt = false ${STILL_TRIED}`, triesOf(entries));
  }

  async report(updates: readonly OutboxUpdate[]): Promise<void> {
    const record = new OutboxRecord(updates, this.tally, this.clock);
    await this.database.transaction((statements) => record.run(statements));
    record.committed();
    this.publish();
  }

  async release(entries: readonly LeasedEntry[], inMs?: number): Promise<void> {
    const later = inMs === undefined ? '' : `, next_try_at = ${this.clock.now} + ${Math.round(inMs)}`;
    const state = inMs === undefined ? AT_REST : `CASE state WHEN 'held' THEN 'held' ELSE 'deferred' END`;
    await this.#move(
      `state = ${state}, server_id = NULL, lease_until = NULL${later} ${STILL_TRIED} AND lease_until IS NOT NULL`,
      triesOf(entries),
    );
  }

  async recover(forMs: number, atWork?: readonly LeasedEntry[]): Promise<readonly OutboxEntry[]> {
    const { now } = this.clock;
    const rows = await this.database.write<OutboxRow & Moved>(
      `WITH abandoned AS (
        SELECT id FROM outbox WHERE (in_doubt OR (lease_until IS NOT NULL AND state <> 'held'))
          AND (lease_until IS NULL OR lease_until <= ${now} OR server_id NOT IN ${LIVING} OR (server_id = $1 AND id <> ALL ($3::bigint[])))
        ORDER BY id FOR UPDATE SKIP LOCKED), token AS (SELECT nextval('token') AS number)
      UPDATE outbox SET state = ${AT_REST}, lease = CASE WHEN in_doubt THEN token.number ELSE lease END,
        server_id = CASE WHEN in_doubt THEN $1::bigint END, lease_until = CASE WHEN in_doubt THEN ${now} + $2::bigint END
      FROM abandoned, token WHERE outbox.id = abandoned.id RETURNING outbox.*, ${UNTRIED} AS untried`,
      // Nothing is unlike all of nothing known.
      [this.servers.id, Math.round(forMs), atWork === undefined ? null : atWork.map(({ id }) => id)],
    );
    this.#count(rows);
    return inOrder(rows);
  }

  async list({ ids, messages, after = 0, limit }: OutboxChoice = {}): Promise<readonly OutboxEntry[]> {
    const ofIds = ids === undefined ? '' : 'AND id = ANY ($3)';
    const ofMessages = messages === undefined ? '' : `AND message_id = ANY ($${ids === undefined ? 3 : 4})`;
    const numbers = [ids, messages?.map(numberOfMessage)].filter((some) => some !== undefined);
    const rows = await this.database.rows<OutboxRow>(`SELECT * FROM outbox WHERE id > $1 ${ofIds} ${ofMessages} ORDER BY id LIMIT $2`, [
      after,
      limit ?? null,
      ...numbers,
    ]);
    return rows.map(entryOf);
  }

  counts(): OutboxCounts {
    return this.tally.counts;
  }

  /** Entries that are being sent are left to their sender. */
  retry(ids: readonly number[]): Promise<void> {
    const lease = 'server_id = CASE WHEN in_doubt THEN server_id END, lease_until = CASE WHEN in_doubt THEN lease_until END';
    return this.#move(
      `state = ${UNHELD}, next_try_at = ${this.clock.now}, ${lease} WHERE id = ANY ($1) AND (state = 'held' OR lease_until IS NULL)`,
      [ids],
    );
  }

  /** An entry that is being sent is held where the try fails; where it succeeds it is gone. */
  hold(ids: readonly number[]): Promise<void> {
    return this.#move(`state = 'held' WHERE id = ANY ($1)`, [ids]);
  }

  onDidChange(listener: () => void): { dispose(): void } {
    return this.tally.onDidChange(listener);
  }

  async #lease({
    limit,
    forMs,
    newest,
  }: {
    readonly limit: number;
    readonly forMs: number;
    readonly newest?: number;
  }): Promise<readonly OutboxEntry[]> {
    const { now } = this.clock;
    const rows = await this.database.write<OutboxRow & Moved>(
      `WITH due AS (
        SELECT id FROM outbox WHERE id <= $1::bigint AND NOT in_doubt AND state <> 'held' AND (lease_until IS NULL OR lease_until <= ${now})
          AND (next_try_at <= ${now} OR next_try_at > ${now} + ${LONGEST_WAIT_MS})
        ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED), token AS (SELECT nextval('token') AS number)
      UPDATE outbox SET lease = token.number, server_id = $3::bigint, lease_until = ${now} + $4::bigint
      FROM due, token WHERE outbox.id = due.id RETURNING outbox.*, ${UNTRIED} AS untried`,
      [newest ?? Number.MAX_SAFE_INTEGER, limit, this.servers.id, Math.round(forMs)],
    );
    this.#count(rows);
    return inOrder(rows);
  }

  async #move(change: string, values: readonly unknown[]): Promise<void> {
    const moved = await this.database.write<Moved>(`UPDATE outbox SET ${change} RETURNING outbox.id, ${UNTRIED} AS untried`, values);
    this.#count(moved);
  }

  #count(moved: readonly Moved[]): void {
    if (moved.length === 0) return;
    this.tally.moved(moved.map(({ id, untried }) => ({ id, isUntried: untried })));
    this.publish();
  }
}

function inOrder(rows: readonly OutboxRow[]): readonly OutboxEntry[] {
  return rows.map(entryOf).sort((a, b) => a.id - b.id);
}

function triesOf(entries: readonly LeasedEntry[]): readonly unknown[] {
  return [entries.map(({ id }) => id), entries.map(({ lease }) => lease ?? null)];
}

/** Released is taken over as well: whoever comes next may have it. */
async function whyNotTried(reads: Reads, entries: readonly LeasedEntry[]): Promise<PostroomError> {
  const lost = await reads.rows<{ recipient: string }>(
    `SELECT recipient FROM outbox JOIN unnest($1::bigint[], $2::bigint[]) AS tried (id, lease) ON outbox.id = tried.id
      WHERE tried.lease <> outbox.lease OR (state <> 'held' AND lease_until IS NULL)`,
    triesOf(entries),
  );
  return lost.length > 0 ? takenOver(lost.map(({ recipient }) => recipient)) : takenOut();
}
