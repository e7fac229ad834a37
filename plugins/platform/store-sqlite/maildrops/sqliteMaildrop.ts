// One POP3 session's view of a mailbox.
import type { MailboxRef } from '@postroom/sdk';
import type { Clock, Maildrop, MaildropListing, MaildropPiece } from '@postroom/sdk/services';
import type { Readers } from '../engine/readers.js';
import type { WriteQueue } from '../engine/writeQueue.js';
import { removeCopiesForGood } from '../mail/copies.js';
import { readMaildrop } from './maildropReader.js';
import type { MaildropSnapshot } from './maildropSnapshot.js';
import type { PickUps } from './pickUps.js';

export class SqliteMaildrop implements Maildrop {
  #unlock: (() => void) | undefined;

  constructor(
    private readonly mailbox: MailboxRef,
    private readonly id: number | undefined,
    private readonly snapshot: MaildropSnapshot,
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly clock: Clock,
    unlock: () => void,
    private readonly pickUps: PickUps,
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
    if (numbers.length === 0 || this.id === undefined) return;
    this.pickUps.add(
      this.mailbox,
      this.id,
      numbers.map((number) => this.snapshot.placement(number)),
      client,
    );
  }

  close(): void {
    this.#unlock?.();
    this.#unlock = undefined;
  }
}
