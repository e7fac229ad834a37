// One account's part of the journal. Every write bears the fence of the account's round.
import type { AccountJournal, JournalEntry } from '@postroom/sdk';
import type { Fence } from '@postroom/sdk/services';
import type { Database } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';
import { fenced } from '../engine/fenced.js';
import type { PostgresLeases } from '../engine/leases.js';
import { readEntries } from './journalEntries.js';

export class PostgresAccountJournal implements AccountJournal {
  constructor(
    private readonly account: string,
    private readonly fence: Fence,
    private readonly database: Database,
    private readonly leases: PostgresLeases,
    private readonly clock: EngineClock,
  ) {}

  entries(): Promise<ReadonlyMap<string, JournalEntry>> {
    return readEntries(this.database, this.account);
  }

  /** Its time to be forgotten runs from now, unless a listing shows it again. */
  async gone(uidls: readonly string[]): Promise<void> {
    if (uidls.length === 0) return;
    await this.#write([
      `UPDATE journal SET state = 'gone', unlisted_since = ${this.clock.now}, notice = NULL, ordered = NULL WHERE account = $1 AND uidl = ANY ($2)`,
      [uidls],
    ]);
  }

  /** `ALL` and `ANY` look a value up in a table of hashes, whatever PostgreSQL knows of the journal; a join may compare each with each. */
  async listed(uidls: readonly string[]): Promise<void> {
    await this.#write(
      [`UPDATE journal SET unlisted_since = ${this.clock.now} WHERE account = $1 AND unlisted_since IS NULL AND uidl <> ALL ($2)`, [uidls]],
      ['UPDATE journal SET unlisted_since = NULL WHERE account = $1 AND unlisted_since IS NOT NULL AND uidl = ANY ($2)', [uidls]],
    );
  }

  /** A UIDL that was stored or gone and is tried again names another message now: its counts begin again, its size and header are not known yet. */
  async attempt(uidls: readonly string[]): Promise<void> {
    if (uidls.length === 0) return;
    const isSame = `known.state = 'failed'`;
    await this.#write([
      `INSERT INTO journal AS known (account, uidl, state, listed_size, since, attempts, failures)
        SELECT $1, uidl, 'failed', -1, ${this.clock.now}, 1, 0 FROM unnest($2::text[]) AS tried (uidl)
        ON CONFLICT (account, uidl) DO UPDATE SET state = 'failed', unlisted_since = NULL,
          listed_size = CASE WHEN ${isSame} THEN known.listed_size ELSE -1 END,
          since = CASE WHEN ${isSame} THEN known.since ELSE excluded.since END,
          attempts = CASE WHEN ${isSame} THEN known.attempts + 1 ELSE 1 END,
          failures = CASE WHEN ${isSame} THEN known.failures ELSE 0 END,
          header_print = CASE WHEN ${isSame} THEN known.header_print END`,
      // In one order for all who write, and each once: a statement changes no row twice.
      [[...new Set(uidls)].sort()],
    ]);
  }

  async ended({ failed, untried }: { readonly failed: readonly string[]; readonly untried: readonly string[] }): Promise<void> {
    if (failed.length + untried.length === 0) return;
    const end = (failures: 0 | 1): string => `UPDATE journal SET attempts = greatest(attempts - 1, 0), failures = failures + ${failures}
      WHERE account = $1 AND state = 'failed' AND uidl = ANY ($2)`;
    await this.#write([end(1), [failed]], [end(0), [untried]]);
  }

  /** In one transaction. The account comes before the values. */
  async #write(...writes: readonly (readonly [text: string, values: readonly unknown[]])[]): Promise<void> {
    await fenced(this.database, this.leases, this.fence, async (statements) => {
      for (const [text, values] of writes) await statements.run(text, [this.account, ...values]);
    });
  }
}
