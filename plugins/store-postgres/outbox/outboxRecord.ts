// What tries came to, written in one transaction: by itself, or together with the bounce that answers for it.
import type { TrailEntry } from '@postroom/sdk';
import type { OutboxUpdate } from '@postroom/sdk/services';
import type { Prepared, Statements } from '../engine/database.js';
import { DATABASE_NOW, type EngineClock } from '../engine/engineClock.js';
import type { OutboxTally } from './outboxTally.js';
import { takenOver } from './takenOver.js';
import { isDone, trailLines } from './trailLines.js';

interface LockedEntry {
  readonly id: number;
  readonly message_id: number;
  /** Of the last try. */
  readonly lease: number | null;
  /** Of the try whose end was recorded last. */
  readonly reported: number | null;
  readonly recipient: string;
}

/** Messages in one order for all who lock them: of two who report the last two recipients of one at once the second sees that none is left. */
const LOCK: Prepared = {
  name: 'outbox-lock',
  text: `SELECT outbox.id, outbox.message_id, lease, reported, recipient FROM outbox JOIN message ON message.id = outbox.message_id
    WHERE outbox.id = ANY ($1) ORDER BY outbox.message_id, outbox.id FOR UPDATE OF outbox FOR NO KEY UPDATE OF message`,
};

/** $2: entries that are done, $3 and $4: messages with their details, from $5 on: entries that stay. A message goes with its last holder. */
const RECORD: Prepared = {
  name: 'outbox-record',
  text: `WITH clock AS (SELECT coalesce($1::bigint, ${DATABASE_NOW}) AS now),
    done AS (DELETE FROM outbox WHERE id = ANY ($2::bigint[])),
    stay AS (
      UPDATE outbox SET state = CASE outbox.state WHEN 'held' THEN 'held' ELSE came.outcome END, reported = coalesce(came.lease, outbox.reported),
        server_id = NULL, lease_until = NULL, in_doubt = false, doubts = outbox.doubts + came.doubts, attempts = attempts + 1,
        next_try_at = coalesce(came.next_try_at, clock.now), status = came.status, text = came.text,
        delay_noticed = outbox.delay_noticed OR came.delay_noticed
      FROM unnest($5::bigint[], $6::bigint[], $7::text[], $8::int[], $9::bigint[], $10::text[], $11::text[], $12::boolean[])
        AS came (id, lease, outcome, doubts, next_try_at, status, text, delay_noticed), clock
      WHERE outbox.id = came.id),
    trail AS (
      UPDATE message SET details = changed.details, gone_at = CASE WHEN disposition = 'deliver'
        AND NOT EXISTS (SELECT 1 FROM placement WHERE placement.message_id = message.id AND removed_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.message_id = message.id AND outbox.id <> ALL ($2)) THEN clock.now END
      FROM unnest($3::bigint[], $4::text[]) AS changed (id, details), clock WHERE message.id = changed.id
      RETURNING message.id, gone_at)
    DELETE FROM chunk USING trail WHERE chunk.message_id = trail.id AND trail.gone_at IS NOT NULL`,
};

export class OutboxRecord {
  /** Of the last run: a transaction may be tried again. */
  #done: readonly number[] = [];
  #stay: readonly number[] = [];

  constructor(
    private readonly updates: readonly OutboxUpdate[],
    private readonly tally: OutboxTally,
    private readonly clock: EngineClock,
    /** Of a message that answers for all of it. */
    private readonly isAnswered = false,
  ) {}

  /** Throws `lease/lost` where another sender has one of the entries; of what is answered for, where one of them has ended. */
  async run(statements: Statements): Promise<void> {
    const entries = await statements.rows<LockedEntry>(LOCK, [this.updates.map(({ id }) => id)]);
    const entryOf = new Map(entries.map((entry) => [entry.id, entry]));
    refuseTakenOver(this.updates, entryOf);
    // What is gone is passed over, and what was reported before, by somebody who did not hear that it was recorded, counts once.
    const updates = this.updates.filter(({ id, lease }) => entryOf.has(id) && (lease === undefined || entryOf.get(id)?.reported !== lease));
    if (this.isAnswered) refuseEnded(this.updates, updates);
    const messageOf = new Map(entries.map((entry) => [entry.id, entry.message_id]));
    this.#done = updates.filter(({ outcome }) => isDone(outcome)).map(({ id }) => id);
    const stay = updates.filter(({ outcome }) => !isDone(outcome));
    this.#stay = stay.map(({ id }) => id);
    if (updates.length === 0) return;
    const trails = await addedTo(statements, trailLines(updates, messageOf));
    await statements.run(RECORD, [
      this.clock.given,
      this.#done,
      trails.map(({ id }) => id),
      trails.map(({ details }) => details),
      ...columnsOf(stay),
    ]);
  }

  committed(): void {
    this.tally.gone(this.#done);
    this.tally.moved(this.#stay.map((id) => ({ id, untried: false })));
  }
}

/** Throws where somebody else has tried one of the entries since. */
function refuseTakenOver(updates: readonly OutboxUpdate[], entryOf: ReadonlyMap<number, LockedEntry>): void {
  const lost = updates.flatMap(({ id, lease }) => {
    const entry = entryOf.get(id);
    return entry === undefined || lease === undefined || lease === entry.lease ? [] : [entry.recipient];
  });
  if (lost.length > 0) throw takenOver(lost);
}

/** Who answers for what has ended would say so a second time. */
function refuseEnded(wanted: readonly OutboxUpdate[], left: readonly OutboxUpdate[]): void {
  const ended = wanted.filter((update) => !left.includes(update));
  if (ended.length > 0) throw takenOver(ended.map(({ receipt }) => receipt.recipient));
}

function columnsOf(stay: readonly OutboxUpdate[]): readonly unknown[] {
  return [
    stay.map(({ id }) => id),
    stay.map(({ lease }) => lease ?? null),
    stay.map(({ outcome }) => outcome),
    stay.map(({ doubtful }) => (doubtful === true ? 1 : 0)),
    stay.map(({ nextTryAt }) => nextTryAt?.getTime() ?? null),
    stay.map(({ receipt }) => receipt.status),
    stay.map(({ receipt }) => receipt.text),
    stay.map(({ delayNoticed }) => delayNoticed === true),
  ];
}

interface MessageDetails {
  readonly id: number;
  readonly details: string;
}

/** Details of messages with the lines at the end of their trails. Put together here: PostgreSQL's jsonb has no room for what JSON may hold, as U+0000. */
async function addedTo(statements: Statements, lines: ReadonlyMap<number, readonly TrailEntry[]>): Promise<readonly MessageDetails[]> {
  if (lines.size === 0) return [];
  const messages = await statements.rows<MessageDetails>(
    { name: 'message-details', text: 'SELECT id, details FROM message WHERE id = ANY ($1)' },
    [[...lines.keys()]],
  );
  return messages.map(({ id, details }) => {
    const before = JSON.parse(details) as { readonly trail: readonly TrailEntry[] };
    return { id, details: JSON.stringify({ ...before, trail: [...before.trail, ...(lines.get(id) ?? [])] }) };
  });
}
