// One POP3 session's view of a mailbox.
import type { MailboxRef } from '@postroom/sdk';
import type { Clock, Maildrop, MaildropListing, MaildropPiece } from '@postroom/sdk/services';
import { removeCopiesForGood } from './copies.js';
import { readMaildrop } from './maildropReader.js';
import type { MaildropSnapshot } from './maildropSnapshot.js';
import type { Readers } from './readers.js';
import type { WriteQueue } from './writeQueue.js';

export type PickedUpListener = (mailbox: MailboxRef, messages: number) => void;

export class SqliteMaildrop implements Maildrop {
  #unlock: (() => void) | undefined;
  /** Copies picked up since the last commit that noted it. */
  #picked: number[] = [];

  constructor(
    private readonly mailbox: MailboxRef,
    private readonly id: number | undefined,
    private readonly snapshot: MaildropSnapshot,
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly clock: Clock,
    unlock: () => void,
    private readonly onPickedUp: PickedUpListener | undefined,
  ) {
    this.#unlock = unlock;
  }

  get messages(): MaildropListing {
    return this.snapshot;
  }

  read(numbers: readonly number[]): AsyncIterable<MaildropPiece> {
    return readMaildrop(this.readers, this.snapshot, numbers);
  }

  async remove(numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return;
    const ids = numbers.map((number) => this.snapshot.placement(number));
    await this.queue.write({ makesRoom: true, run: (writer) => removeCopiesForGood(writer, ids, this.clock.now()) });
  }

  picked(numbers: readonly number[], client: string): void {
    if (numbers.length === 0) return;
    const first = this.#picked.length === 0;
    for (const number of numbers) this.#picked.push(this.snapshot.placement(number));
    if (first) this.#notePicked(client);
  }

  close(): void {
    this.#unlock?.();
    this.#unlock = undefined;
  }

  /** One note for all that is picked up until the next commit. */
  #notePicked(client: string): void {
    let ids: readonly number[] = [];
    this.queue.writeLater({
      // The first try takes what has gathered; a try after a failed group has it already.
      stage: () => {
        if (ids.length === 0) ids = this.#picked.splice(0);
      },
      run: async (writer) => {
        const now = this.clock.now().getTime();
        await writer.run(
          'UPDATE placement SET picked_up_at = ifnull(picked_up_at, ?), client = ? WHERE id IN (SELECT value FROM json_each(?))',
          [now, client, JSON.stringify(ids)],
        );
        await writer.run('UPDATE mailbox SET last_picked_up = ?, last_client = ? WHERE id = ?', [now, client, this.id]);
      },
      committed: () => this.onPickedUp?.(this.mailbox, ids.length),
    });
  }
}
