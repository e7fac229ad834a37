// What tries came to, written in one commit: by itself, or together with the bounce that answers for it.
import type { DestinationReceipt } from '@postroom/sdk';
import { groupBy, namesOf } from '@postroom/sdk/base';
import type { OutboxUpdate } from '@postroom/sdk/services';
import type { Connection } from '../engine/connection.js';
import type { OutboxRow } from '../engine/tables.js';
import { letGo } from '../mail/copies.js';
import type { OutboxTally } from './outboxTally.js';
import { IDS, lastTries, refuseEnded, refuseTakenOver } from './tries.js';

/** An entry's row as far as the tally counts it. */
export type Moved = Pick<OutboxRow, 'id' | 'state'> & { readonly attempts: number };

export class OutboxRecord {
  #moved: readonly Moved[] = [];
  #done: readonly number[] = [];

  constructor(
    private readonly updates: readonly OutboxUpdate[],
    private readonly tally: OutboxTally,
    private readonly now: Date,
    /** Of a message that answers for all of it. */
    private readonly isAnswered = false,
  ) {}

  /** Entries that are done let go of their messages. */
  get makesRoom(): boolean {
    return this.updates.some((update) => !stays(update));
  }

  /** Throws `lease/lost` where another sender has one of them; of what is answered for, where one of them has ended. */
  async run(writer: Connection): Promise<void> {
    const tries = await lastTries(writer, this.updates);
    refuseTakenOver(this.updates, tries);
    if (this.isAnswered) refuseEnded(this.updates, tries);
    // What was reported before, by somebody who did not hear that it was recorded, counts once.
    const updates = this.updates.filter(({ id, lease }) => lease === undefined || tries.get(id)?.reported !== lease);
    this.#done = updates.filter((update) => !stays(update)).map((update) => update.id);
    const done = JSON.stringify(this.#done);
    for (const update of updates) await (stays(update) ? defer(writer, update, this.now) : trail(writer, update));
    await trailOfDoubts(writer, updates);
    const messages = await writer.all<{ message_id: number }>(`SELECT DISTINCT message_id FROM outbox WHERE id IN ${IDS}`, [done]);
    await writer.run(`DELETE FROM outbox WHERE id IN ${IDS}`, [done]);
    await letGo(
      writer,
      messages.map((row) => row.message_id),
      this.now,
    );
    this.#moved = await readMoved(
      writer,
      updates.map((update) => update.id),
    );
  }

  committed(): void {
    this.tally.gone(this.#done);
    this.tally.moved(this.#moved);
  }
}

function stays({ outcome }: OutboxUpdate): boolean {
  return outcome === 'deferred' || outcome === 'held';
}

export function readMoved(writer: Connection, ids: readonly number[]): Promise<Moved[]> {
  return writer.all<Moved>(`SELECT id, state, attempts FROM outbox WHERE id IN ${IDS}`, [JSON.stringify(ids)]);
}

async function defer(writer: Connection, update: OutboxUpdate, now: Date): Promise<void> {
  await writer.run(
    `UPDATE outbox SET state = CASE state WHEN 'held' THEN 'held' ELSE ? END, lease_until = NULL, in_doubt = 0, doubts = doubts + ?,
      attempts = attempts + 1, next_try_at = ?, status = ?, text = ?, delay_noticed = max(delay_noticed, ?), reported = ifnull(?, reported)
      WHERE id = ?`,
    [
      update.outcome,
      update.doubtful ? 1 : 0,
      (update.nextTryAt ?? now).getTime(),
      update.receipt.status,
      update.receipt.text,
      update.delayNoticed ? 1 : 0,
      update.lease,
      update.id,
    ],
  );
}

/** How a recipient's mail ended stands in the message's trail. A failure without a notice did not bounce. */
async function trail(writer: Connection, { id, receipt, outcome, untold }: OutboxUpdate): Promise<void> {
  if (untold === undefined) return addToTrail(writer, `${outcome} ${receipt.recipient}`, receipt, id);
  await addToTrail(writer, `not sent ${receipt.recipient}`, { ...receipt, text: `${receipt.text} (nobody was told: ${untold})` }, id);
}

/** A try that left recipients in doubt stands there once for all of them. */
async function trailOfDoubts(writer: Connection, updates: readonly OutboxUpdate[]): Promise<void> {
  const doubtful = updates.filter((update) => update.doubtful === true);
  if (doubtful.length === 0) return;
  const rows = await writer.all<{ id: number; message_id: number }>(`SELECT id, message_id FROM outbox WHERE id IN ${IDS}`, [
    JSON.stringify(doubtful.map(({ id }) => id)),
  ]);
  const messageOf = new Map(rows.map((row) => [row.id, row.message_id]));
  for (const ofOne of groupBy(doubtful, ({ id, outcome }) => `${messageOf.get(id) ?? ''} ${outcome}`).values()) {
    const [first] = ofOne;
    if (first === undefined) continue;
    const change = `${first.outcome === 'held' ? 'hold' : 'in doubt'} ${namesOf(ofOne.map(({ receipt }) => receipt.recipient))}`;
    await addToTrail(writer, change, first.receipt, first.id);
  }
}

async function addToTrail(writer: Connection, change: string, { status, text }: DestinationReceipt, entry: number): Promise<void> {
  const line = { tap: 'postroom/outbox', change, reason: `${status} ${text}`.trim(), milliseconds: 0 };
  await writer.run(
    `UPDATE message SET details = json_insert(details, '$.trail[#]', json(?)) WHERE id = (SELECT message_id FROM outbox WHERE id = ?)`,
    [JSON.stringify(line), entry],
  );
}
