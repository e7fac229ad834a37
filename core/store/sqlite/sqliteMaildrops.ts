// Maildrops on SQLite: one session a mailbox at a time (RFC 1939 section 8), as the lock is this process's own.
import type { MailboxRef } from '@postroom/sdk';
import type { Clock, Maildrop, Maildrops } from '@postroom/sdk/services';
import type { MailboxNames } from './mailboxNames.js';
import { MaildropSnapshot } from './maildropSnapshot.js';
import type { Readers } from './readers.js';
import type { PickedUpListener } from './sqliteMaildrop.js';
import { SqliteMaildrop } from './sqliteMaildrop.js';
import type { WriteQueue } from './writeQueue.js';

export class SqliteMaildrops implements Maildrops {
  readonly #locked = new Set<number | string>();

  constructor(
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly names: MailboxNames,
    private readonly clock: Clock,
    private readonly onPickedUp: PickedUpListener | undefined,
  ) {}

  /** A mailbox that never got mail has no number yet, and needs none to be empty. */
  async open(mailbox: MailboxRef): Promise<Maildrop | 'in-use'> {
    const id = this.names.find(mailbox);
    const lock = id ?? `${mailbox.account ?? ''}\n${mailbox.user.toLowerCase()}`;
    if (this.#locked.has(lock)) return 'in-use';
    this.#locked.add(lock);
    const unlock = (): void => void this.#locked.delete(lock);
    try {
      const snapshot = id === undefined ? MaildropSnapshot.empty : await MaildropSnapshot.of(id, this.readers);
      return new SqliteMaildrop(mailbox, id, snapshot, this.queue, this.readers, this.clock, unlock, this.onPickedUp);
    } catch (error) {
      unlock();
      throw error;
    }
  }
}
