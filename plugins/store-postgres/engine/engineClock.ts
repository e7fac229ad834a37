// The store's clock: the database's, so that all servers have the same. A test has its own.
import type { Clock } from '@postroom/sdk/services';

export interface EngineClock {
  /** SQL, a bigint: milliseconds since 1970. Asked for anew for each statement. */
  readonly now: string;
  /** The same for a prepared statement, whose text must not change: `coalesce($1::bigint, DATABASE_NOW)`. */
  readonly given: number | null;
}

export const DATABASE_NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

export const DATABASE_CLOCK: EngineClock = { now: DATABASE_NOW, given: null };

/** The clock of a test, whose time the database is told. */
export function clockOf(clock: Clock): EngineClock {
  return {
    get now() {
      return `${clock.now().getTime()}::bigint`;
    },
    get given() {
      return clock.now().getTime();
    },
  };
}
