// Maildrops on PostgreSQL: one session a mailbox at a time (RFC 1939 section 8), on whichever server, by the mailbox's lease.
import type { MailboxRef } from '@postroom/sdk';
import type { Maildrop, Maildrops } from '@postroom/sdk/services';
import type { Database, Prepared } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';
import type { PostgresLeases } from '../engine/leases.js';
import { MaildropSnapshot } from './maildropSnapshot.js';
import type { PickUps } from './pickUps.js';
import { PostgresMaildrop } from './postgresMaildrop.js';

const MAILBOX: Prepared = { name: 'mailbox', text: 'SELECT id FROM mailbox WHERE account = $1 AND user_key = $2' };

export class PostgresMaildrops implements Maildrops {
  constructor(
    private readonly database: Database,
    private readonly leases: PostgresLeases,
    private readonly clock: EngineClock,
    private readonly pickUps: PickUps,
  ) {}

  /** A mailbox that never got mail has no number yet, and needs none to be empty. */
  async open(mailbox: MailboxRef): Promise<Maildrop | 'in-use'> {
    const [row] = await this.database.rows<{ id: number }>(MAILBOX, [mailbox.account ?? '', mailbox.user.toLowerCase()]);
    // By its number: a mailbox that gets another name in the session is the same one.
    const lease = await this.leases.take(row === undefined ? `maildrop/${nameOf(mailbox)}` : `maildrop/${row.id}`);
    if (lease === undefined) return 'in-use';
    try {
      // After the lease: what the session before this one removed is not in it.
      const snapshot = row === undefined ? MaildropSnapshot.empty : await MaildropSnapshot.of(row.id, this.database);
      return new PostgresMaildrop(mailbox, row?.id, snapshot, lease, this.leases, this.database, this.clock, this.pickUps);
    } catch (error) {
      await lease.release();
      throw error;
    }
  }
}

function nameOf({ account, user }: MailboxRef): string {
  return account === undefined ? user.toLowerCase() : `${user.toLowerCase()}@${account}`;
}
