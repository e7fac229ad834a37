// Maildrops on SQLite: one session a mailbox at a time (RFC 1939 section 8), as the lock is this process's own.
import type { MailboxRef } from '@postroom/sdk';
import type { Clock, Maildrop, Maildrops } from '@postroom/sdk/services';
import type { Readers } from '../engine/readers.js';
import type { WriteQueue } from '../engine/writeQueue.js';
import type { MailboxNames } from '../mail/mailboxNames.js';
import { MaildropSnapshot } from './maildropSnapshot.js';
import { type PickedUpListener, PickUps } from './pickUps.js';
import { SqliteMaildrop } from './sqliteMaildrop.js';

export class SqliteMaildrops implements Maildrops {
  readonly #locked = new Set<number | string>();
  readonly #pickUps: PickUps;

  constructor(
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly names: MailboxNames,
    private readonly clock: Clock,
    onPickedUp: PickedUpListener | undefined,
  ) {
    this.#pickUps = new PickUps(queue, clock, onPickedUp);
  }

  /** A mailbox that never got mail has no number yet, and needs none to be empty. */
  async open(mailbox: MailboxRef): Promise<Maildrop | 'in-use'> {
    const id = this.names.find(mailbox);
    const lock = id ?? `${mailbox.account ?? ''}\n${mailbox.user.toLowerCase()}`;
    if (this.#locked.has(lock)) return 'in-use';
    this.#locked.add(lock);
    const unlock = (): void => void this.#locked.delete(lock);
    try {
      const snapshot = id === undefined ? MaildropSnapshot.empty : await MaildropSnapshot.of(id, this.readers);
      return new SqliteMaildrop(mailbox, id, snapshot, this.queue, this.readers, this.clock, unlock, this.#pickUps);
    } catch (error) {
      unlock();
      throw error;
    }
  }
}
