// Journal on SQLite. Intake writes the `stored` rows itself, in the commit of the message.
import type { AccountJournal, JournalEntry, WaitingOrder } from '@postroom/sdk';
import type { Clock, Fence, Journal, WaitingEntry } from '@postroom/sdk/services';
import { type ClockReading, isToBeNoted, JOURNAL_PAGE, jumpBetween, jumpSinceLastRun, readClock, readJournal } from '@postroom/sdk/store';
import type { Connection } from '../engine/connection.js';
import type { Readers } from '../engine/readers.js';
import type { WriteQueue } from '../engine/writeQueue.js';
import { noteOrder, readWaiting } from './waitingRows.js';

const ENTRIES = `
  SELECT json_group_array(json_array(uidl, state, listed_size, since, attempts, failures, header_print, notice IS NOT NULL, ordered,
    unlisted_since IS NOT NULL)) AS page FROM (
    SELECT * FROM journal WHERE account = ? AND uidl > ? ORDER BY uidl LIMIT ${JOURNAL_PAGE})`;

/**
 * SQL: a time of the journal after a jump of ?1 ms to ?2, which happened in the last ?3 ms. What was noted in those may be from before the jump or from
 * behind it; of the two the later time counts, so that mail rather stays at the ISP too long.
 */
const moved = (time: string): string =>
  `CASE WHEN ?1 > 0 THEN min(${time} + ?1, ?2) WHEN ${time} > ?2 - ?3 AND ${time} <= ?2 THEN ${time} ELSE ${time} + ?1 END`;
const MOVE_ALONG = `UPDATE journal SET since = ${moved('since')}, unlisted_since = ${moved('unlisted_since')}`;
/** What is in doubt in the Outbox waits as long as it was to, whatever the clock says: it must not go out a second time before that. */
const MOVE_DOUBTS = `UPDATE outbox SET next_try_at = next_try_at + ?1 WHERE doubts > 0`;

export class SqliteJournal implements Journal {
  /** Where the clock stood when it was last noted. */
  #noted: ClockReading | undefined;
  #following: Promise<void> | undefined;

  constructor(
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly clock: Clock,
  ) {}

  forAccount(account: string, fence: Fence): AccountJournal {
    return new SqliteAccountJournal(account, fence, this.queue, this.readers, this.clock);
  }

  entries(account: string): Promise<ReadonlyMap<string, JournalEntry>> {
    return readEntries(this.readers, account);
  }

  /** Accounts that are fetched at the same time ask together: a jump counts once. */
  followClock(): Promise<void> {
    this.#following ??= this.#follow().finally(() => {
      this.#following = undefined;
    });
    return this.#following;
  }

  waiting(): Promise<readonly WaitingEntry[]> {
    return readWaiting(this.readers);
  }

  async order(account: string, uidl: string, order: WaitingOrder): Promise<boolean> {
    let isKnown = false;
    await this.queue.write({
      run: async (writer) => {
        isKnown = await noteOrder(writer, account, uidl, order);
      },
    });
    return isKnown;
  }

  async prune(days: number): Promise<number> {
    let removed = 0;
    await this.queue.write({
      makesRoom: true,
      run: async (writer) => {
        removed = await writer.run('DELETE FROM journal WHERE unlisted_since < ?', [this.clock.now().getTime() - days * 86_400_000]);
      },
    });
    return removed;
  }

  async #follow(): Promise<void> {
    const before = this.#noted;
    let now = readClock(this.clock);
    if (!isToBeNoted(before, now)) return;
    await this.queue.write({
      run: async (writer) => {
        // Read when it is this one's turn: what was written meanwhile must not be later.
        now = readClock(this.clock);
        const ran = before === undefined ? 0 : now.monotonic - before.monotonic;
        const jump = before === undefined ? jumpSinceLastRun(await lastNoted(writer), now.wall) : jumpBetween(before, now);
        if (jump !== 0) {
          await writer.run(MOVE_ALONG, [jump, now.wall.getTime(), ran]);
          await writer.run(MOVE_DOUBTS, [jump]);
        }
        await writer.run('DELETE FROM clock');
        await writer.run('INSERT INTO clock (at) VALUES (?)', [now.wall.getTime()]);
      },
      committed: () => {
        this.#noted = now;
      },
    });
  }
}

async function lastNoted(writer: Connection): Promise<number | undefined> {
  return (await writer.get<{ at: number }>('SELECT at FROM clock'))?.at;
}

function readEntries(readers: Readers, account: string): Promise<ReadonlyMap<string, JournalEntry>> {
  return readJournal(async (after) => (await readers.get<{ page: string }>(ENTRIES, [account, after]))?.page);
}

class SqliteAccountJournal implements AccountJournal {
  constructor(
    private readonly account: string,
    private readonly fence: Fence,
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly clock: Clock,
  ) {}

  entries(): Promise<ReadonlyMap<string, JournalEntry>> {
    return readEntries(this.readers, this.account);
  }

  /** Its time to be forgotten runs from now, unless a listing shows it again. */
  async gone(uidls: readonly string[]): Promise<void> {
    if (uidls.length === 0) return;
    await this.queue.write({
      fence: this.fence,
      run: async (writer) => {
        await writer.run(
          `UPDATE journal SET state = 'gone', unlisted_since = ?, notice = NULL, ordered = NULL WHERE account = ? AND uidl IN (SELECT value FROM json_each(?))`,
          [this.clock.now().getTime(), this.account, JSON.stringify(uidls)],
        );
      },
    });
  }

  async listed(uidls: readonly string[]): Promise<void> {
    const list = JSON.stringify(uidls);
    await this.queue.write({
      fence: this.fence,
      run: async (writer) => {
        await writer.run(
          'UPDATE journal SET unlisted_since = ? WHERE account = ? AND unlisted_since IS NULL AND uidl NOT IN (SELECT value FROM json_each(?))',
          [this.clock.now().getTime(), this.account, list],
        );
        await writer.run(
          'UPDATE journal SET unlisted_since = NULL WHERE account = ? AND unlisted_since IS NOT NULL AND uidl IN (SELECT value FROM json_each(?))',
          [this.account, list],
        );
      },
    });
  }

  /** A UIDL that was stored or gone and is tried again names another message now: its counts begin again, its size and header are not known yet. */
  async attempt(uidls: readonly string[]): Promise<void> {
    if (uidls.length === 0) return;
    await this.queue.write({
      fence: this.fence,
      run: async (writer) => {
        await writer.run(
          `INSERT INTO journal (account, uidl, state, listed_size, since, attempts)
            SELECT ?, value, 'failed', -1, ?, 1 FROM json_each(?) WHERE true
            ON CONFLICT (account, uidl) DO UPDATE SET state = 'failed', unlisted_since = NULL, listed_size = iif(state = 'failed', listed_size, -1),
              since = iif(state = 'failed', since, excluded.since), attempts = iif(state = 'failed', attempts + 1, 1),
              failures = iif(state = 'failed', failures, 0), header_print = iif(state = 'failed', header_print, NULL)`,
          // Each once, though an ISP lists it twice: that is one try.
          [this.account, this.clock.now().getTime(), JSON.stringify([...new Set(uidls)])],
        );
      },
    });
  }

  async ended({ failed, untried }: { readonly failed: readonly string[]; readonly untried: readonly string[] }): Promise<void> {
    if (failed.length + untried.length === 0) return;
    await this.queue.write({
      fence: this.fence,
      run: async (writer) => {
        const sql = `UPDATE journal SET attempts = max(attempts - 1, 0), failures = failures + ?
          WHERE account = ? AND state = 'failed' AND uidl IN (SELECT value FROM json_each(?))`;
        await writer.run(sql, [1, this.account, JSON.stringify(failed)]);
        await writer.run(sql, [0, this.account, JSON.stringify(untried)]);
      },
    });
  }
}
