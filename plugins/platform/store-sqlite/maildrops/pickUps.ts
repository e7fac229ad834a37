// Who picked up what. Fire-and-forget notes: they share a commit, and one statement tells of all sessions since the last.
import type { MailboxRef } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import type { Connection } from '../engine/connection.js';
import type { WriteQueue } from '../engine/writeQueue.js';

export type PickedUpListener = (mailbox: MailboxRef, messages: number) => void;

/** What one session picked up since the last commit that noted it. */
interface PickUp {
  readonly mailbox: MailboxRef;
  readonly mailboxId: number;
  readonly client: string;
  readonly placements: number[];
}

const COPIES = `
  UPDATE placement SET picked_up_at = ifnull(picked_up_at, ?), client = wanted.client
  FROM (SELECT pick_up.value ->> 'client' AS client, copy.value AS id FROM json_each(?) AS pick_up, json_each(pick_up.value, '$.placements') AS copy) AS wanted
  WHERE placement.id = wanted.id`;
const MAILBOXES = `
  UPDATE mailbox SET last_picked_up = ?, last_client = wanted.client
  FROM (SELECT value ->> 'mailboxId' AS id, value ->> 'client' AS client FROM json_each(?)) AS wanted
  WHERE mailbox.id = wanted.id`;

export class PickUps {
  /** By mailbox: a mailbox has one session at a time. */
  #gathered = new Map<number, PickUp>();

  constructor(
    private readonly queue: WriteQueue,
    private readonly clock: Clock,
    private readonly onPickedUp: PickedUpListener | undefined,
  ) {}

  /** `client`: the address that asked. */
  add(mailbox: MailboxRef, mailboxId: number, placements: readonly number[], client: string): void {
    if (this.#gathered.size === 0) this.#writeLater();
    const known = this.#gathered.get(mailboxId);
    this.#gathered.set(mailboxId, { mailbox, mailboxId, client, placements: known?.placements ?? [] });
    this.#gathered.get(mailboxId)?.placements.push(...placements);
  }

  #writeLater(): void {
    let pickUps: readonly PickUp[] = [];
    this.queue.writeLater({
      // The first try takes what has gathered; a try after a failed group has it already.
      stage: () => {
        if (pickUps.length > 0) return;
        pickUps = [...this.#gathered.values()];
        this.#gathered = new Map();
      },
      run: (writer) => this.#write(writer, pickUps),
      committed: () => {
        for (const { mailbox, placements } of pickUps) this.onPickedUp?.(mailbox, placements.length);
      },
    });
  }

  async #write(writer: Connection, pickUps: readonly PickUp[]): Promise<void> {
    const now = this.clock.now().getTime();
    const list = JSON.stringify(pickUps, ['mailboxId', 'client', 'placements']);
    await writer.run(COPIES, [now, list]);
    await writer.run(MAILBOXES, [now, list]);
  }
}
