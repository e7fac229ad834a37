// One POP3 session's view of a mailbox.
import type { MailboxRef } from '@postroom/sdk';
import type { Lease, Maildrop, MaildropListing, MaildropPiece } from '@postroom/sdk/services';
import type { Database } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';
import { fenced } from '../engine/fenced.js';
import type { PostgresLeases } from '../engine/leases.js';
import { removeCopiesForGood } from '../mail/letGo.js';
import { readMaildrop } from './maildropReader.js';
import type { MaildropSnapshot } from './maildropSnapshot.js';
import type { PickUps } from './pickUps.js';

export class PostgresMaildrop implements Maildrop {
  constructor(
    private readonly mailbox: MailboxRef,
    private readonly id: number | undefined,
    private readonly snapshot: MaildropSnapshot,
    private readonly lease: Lease,
    private readonly leases: PostgresLeases,
    private readonly database: Database,
    private readonly clock: EngineClock,
    private readonly pickUps: PickUps,
  ) {}

  get messages(): MaildropListing {
    return this.snapshot;
  }

  get lost(): AbortSignal {
    return this.lease.lost;
  }

  read(numbers: readonly number[]): AsyncIterable<MaildropPiece> {
    return readMaildrop(this.database, this.snapshot, numbers);
  }

  async remove(numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return;
    const placements = numbers.map((number) => this.snapshot.placement(number));
    await fenced(this.database, this.leases, this.lease.fence, (statements) => removeCopiesForGood(statements, placements, this.clock));
  }

  picked(numbers: readonly number[], client: string): void {
    if (numbers.length === 0 || this.id === undefined) return;
    const placements = numbers.map((number) => this.snapshot.placement(number));
    this.pickUps.add({ mailbox: this.mailbox, mailboxId: this.id, placements, client });
  }

  close(): Promise<void> {
    return this.lease.release();
  }
}
