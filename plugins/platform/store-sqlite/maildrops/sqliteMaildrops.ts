// Maildrops on SQLite: one session a mailbox at a time (RFC 1939 section 8), by a lease.
import type { MailboxRef } from '@postroom/sdk';
import type { Clock, Maildrop, Maildrops } from '@postroom/sdk/services';
import type { MemoryLeases } from '../engine/leases.js';
import type { Readers } from '../engine/readers.js';
import type { WriteQueue } from '../engine/writeQueue.js';
import type { MailboxNames } from '../mail/mailboxNames.js';
import { MaildropSnapshot } from './maildropSnapshot.js';
import { type PickedUpListener, PickUps } from './pickUps.js';
import { SqliteMaildrop } from './sqliteMaildrop.js';

export class SqliteMaildrops implements Maildrops {
  readonly #pickUps: PickUps;

  constructor(
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly names: MailboxNames,
    private readonly leases: MemoryLeases,
    private readonly clock: Clock,
    onPickedUp: PickedUpListener | undefined,
  ) {
    this.#pickUps = new PickUps(queue, clock, onPickedUp);
  }

  /** A mailbox that never got mail has no number yet, and needs none to be empty. */
  async open(mailbox: MailboxRef): Promise<Maildrop | 'in-use'> {
    const id = this.names.find(mailbox);
    // By its number: a mailbox that gets another name in the session is the same one.
    const name = leaseNameOf(mailbox);
    const lease = await this.leases.take(id === undefined ? name : `maildrop/${id}`, name);
    if (lease === undefined) return 'in-use';
    try {
      const snapshot = id === undefined ? MaildropSnapshot.empty : await MaildropSnapshot.of(id, this.readers);
      return new SqliteMaildrop(mailbox, id, snapshot, this.queue, this.readers, this.clock, lease, this.#pickUps);
    } catch (error) {
      await lease.release();
      throw error;
    }
  }
}

/** As people read it. */
function leaseNameOf({ account, user }: MailboxRef): string {
  return `maildrop/${user.toLowerCase()}${account === undefined ? '' : `@${account}`}`;
}
