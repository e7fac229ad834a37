// One POP3 session's view of a mailbox.
import type { MailboxRef } from '@postroom/sdk';
import type { Clock, Lease, Maildrop, MaildropListing, MaildropPiece } from '@postroom/sdk/services';
import type { Readers } from '../engine/readers.js';
import type { WriteQueue } from '../engine/writeQueue.js';
import { removeCopiesForGood } from '../mail/copies.js';
import { readMaildrop } from './maildropReader.js';
import type { MaildropSnapshot } from './maildropSnapshot.js';
import type { PickUps } from './pickUps.js';

export class SqliteMaildrop implements Maildrop {
  constructor(
    private readonly mailbox: MailboxRef,
    private readonly id: number | undefined,
    private readonly snapshot: MaildropSnapshot,
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly clock: Clock,
    private readonly lease: Lease,
    private readonly pickUps: PickUps,
  ) {}

  get lost(): AbortSignal {
    return this.lease.lost;
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
    await this.queue.write({
      makesRoom: true,
      fence: this.lease.fence,
      run: (writer) => removeCopiesForGood(writer, ids, this.clock.now()),
    });
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

  close(): Promise<void> {
    return this.lease.release();
  }
}
