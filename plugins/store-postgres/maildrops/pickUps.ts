// Who picked up what. Fire-and-forget notes: they share a commit, and one statement tells of all sessions since the last.
import type { MailboxRef } from '@postroom/sdk';
import { groupBy } from '@postroom/sdk/base';
import type { Clock } from '@postroom/sdk/services';
import { bigints, texts } from '../engine/binaryArrays.js';
import type { Database } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';
import { Gathering } from '../records/gathering.js';

export type PickedUpListener = (mailbox: MailboxRef, messages: number) => void;

export interface PickUp {
  readonly mailbox: MailboxRef;
  readonly mailboxId: number;
  readonly placements: readonly number[];
  /** The address that asked. */
  readonly client: string;
}

/** What the same client reads once more changes no row: mail programs that leave mail here do so each time. */
const note = (now: string): string => `
  WITH copies AS (
    UPDATE placement SET picked_up_at = coalesce(picked_up_at, ${now}), client = wanted.client
    FROM unnest($1::bigint[], $2::text[]) AS wanted (id, client)
    WHERE placement.id = wanted.id AND (picked_up_at IS NULL OR placement.client IS DISTINCT FROM wanted.client))
  UPDATE mailbox SET last_picked_up = ${now}, last_client = wanted.client
  FROM unnest($3::bigint[], $4::text[]) AS wanted (id, client) WHERE mailbox.id = wanted.id`;

export class PickUps {
  readonly #gathering: Gathering<PickUp>;

  constructor(
    private readonly database: Database,
    private readonly engineClock: EngineClock,
    clock: Clock,
    private readonly onPickedUp: PickedUpListener | undefined,
    onLost: (error: unknown) => void,
  ) {
    this.#gathering = new Gathering(clock, (pickUps) => this.#write(pickUps), onLost);
  }

  add(pickUp: PickUp): void {
    this.#gathering.add(pickUp);
  }

  settle(): Promise<void> {
    return this.#gathering.settle();
  }

  close(): Promise<void> {
    return this.#gathering.close();
  }

  async #write(pickUps: readonly PickUp[]): Promise<void> {
    const byMailbox = [...groupBy(pickUps, ({ mailboxId }) => mailboxId).values()];
    const clients = new Map(pickUps.flatMap(({ placements, client }) => placements.map((placement) => [placement, client])));
    const mailboxes = new Map(pickUps.map(({ mailboxId, client }) => [mailboxId, client]));
    const values = [clients, mailboxes].flatMap((each) => [bigints([...each.keys()]), texts([...each.values()])]);
    await this.database.write(note(this.engineClock.now), values);
    for (const ofOne of byMailbox) {
      const [first] = ofOne;
      if (first !== undefined)
        this.onPickedUp?.(
          first.mailbox,
          ofOne.reduce((sum, { placements }) => sum + placements.length, 0),
        );
    }
  }
}
