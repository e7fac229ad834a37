// Journal on PostgreSQL. Intake writes the `stored` rows itself, in the commit of the message.
import type { AccountJournal, JournalEntry, WaitingOrder } from '@postroom/sdk';
import type { Clock, Fence, Journal, WaitingEntry } from '@postroom/sdk/services';
import type { Database } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';
import type { PostgresLeases } from '../engine/leases.js';
import { PostgresAccountJournal } from './accountJournal.js';
import { ClockJumps } from './clockJumps.js';
import { readEntries } from './journalEntries.js';
import { noteOrder, readWaiting } from './waitingRows.js';

export class PostgresJournal implements Journal {
  readonly #jumps: ClockJumps;

  constructor(
    private readonly database: Database,
    private readonly leases: PostgresLeases,
    private readonly engineClock: EngineClock,
    clock: Clock,
  ) {
    this.#jumps = new ClockJumps(database, engineClock, clock);
  }

  forAccount(account: string, fence: Fence): AccountJournal {
    return new PostgresAccountJournal(account, fence, this.database, this.leases, this.engineClock);
  }

  entries(account: string): Promise<ReadonlyMap<string, JournalEntry>> {
    return readEntries(this.database, account);
  }

  followClock(): Promise<void> {
    return this.#jumps.follow();
  }

  waiting(): Promise<readonly WaitingEntry[]> {
    return readWaiting(this.database);
  }

  order(account: string, uidl: string, order: WaitingOrder): Promise<boolean> {
    return noteOrder(this.database, account, uidl, order);
  }

  async prune(days: number): Promise<number> {
    return this.database.transaction((statements) =>
      statements.run(`DELETE FROM journal WHERE unlisted_since < ${this.engineClock.now} - $1::bigint`, [days * 86_400_000]),
    );
  }
}
