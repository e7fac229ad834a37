// The store's clock, watched: where it jumps, times in the journal jump with it, once, however many servers see that.
import type { Clock } from '@postroom/sdk/services';
import { type ClockReading, isToBeNoted, jumpBetween, jumpLeft, jumpSinceLastRun } from '@postroom/sdk/store';
import type { Database, Reads } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';

/** What was seen of the clock last. */
interface Noted extends ClockReading {
  /** Sum of all jumps that times have followed until then, on whichever server. */
  readonly moved: number;
}

/**
 * SQL: a time of the journal after a jump of $1 ms to $2, which happened in the last $3 ms. What was noted in those may be from before the jump or from
 * behind it; of the two the later time counts, so that mail rather stays at the ISP too long.
 */
const movedTime = (time: string): string =>
  `CASE WHEN $1::bigint > 0 THEN least(${time} + $1, $2::bigint)
    WHEN ${time} > $2::bigint - $3::bigint AND ${time} <= $2 THEN ${time} ELSE ${time} + $1 END`;
/** `least` passes over NULL. */
const MOVE_ALONG = `UPDATE journal SET since = ${movedTime('since')},
  unlisted_since = CASE WHEN unlisted_since IS NOT NULL THEN ${movedTime('unlisted_since')} END`;
/** What is in doubt in the Outbox waits as long as it was to, whatever the clock says: it must not go out a second time before that. */
const MOVE_DOUBTS = 'UPDATE outbox SET next_try_at = next_try_at + $1 WHERE doubts > 0';
const MOVE_LEASES = 'UPDATE outbox SET lease_until = lease_until + $1 WHERE lease_until IS NOT NULL';

export class ClockJumps {
  #noted: Noted | undefined;
  #following: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly engineClock: EngineClock,
    private readonly clock: Clock,
  ) {}

  /** Accounts that are fetched at the same time ask together. */
  follow(): Promise<void> {
    this.#following ??= this.#follow().finally(() => {
      this.#following = undefined;
    });
    return this.#following;
  }

  async #follow(): Promise<void> {
    const before = this.#noted;
    const seen = await this.#read(this.database);
    if (!isToBeNoted(before, seen)) return;
    this.#noted = await this.database.transaction(async (statements) => {
      // One server at a time looks; and whoever notes a time does so before the clock is read, or after the times have moved.
      await statements.run('LOCK TABLE journal IN SHARE ROW EXCLUSIVE MODE');
      const [noted] = await statements.rows<{ at: number; moved: number }>('DELETE FROM store_clock RETURNING at, moved');
      const { at, moved = 0 } = noted ?? {};
      const now = await this.#read(statements);
      const jump = before === undefined ? jumpSinceLastRun(at, now.wall) : jumpLeft(jumpBetween(before, now), moved - before.moved);
      if (jump !== 0) {
        await statements.run(MOVE_ALONG, [
          jump,
          now.wall.getTime(),
          Math.ceil(before === undefined ? 0 : now.monotonic - before.monotonic),
        ]);
        await statements.run(MOVE_DOUBTS, [jump]);
        await statements.run(MOVE_LEASES, [jump]);
      }
      await statements.run('INSERT INTO store_clock (at, moved) VALUES ($1, $2)', [now.wall.getTime(), moved + jump]);
      return { ...now, moved: moved + jump };
    });
  }

  async #read(reads: Reads): Promise<ClockReading> {
    const [row] = await reads.rows<{ now: number }>(`SELECT ${this.engineClock.now} AS now`);
    return { wall: new Date(row?.now ?? Number.NaN), monotonic: this.clock.monotonic() };
  }
}
