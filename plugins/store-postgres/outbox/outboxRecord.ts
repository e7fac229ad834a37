// What tries came to, written in one transaction: by itself, or together with the bounce that answers for it.
import type { TrailEntry } from '@postroom/sdk';
import type { OutboxUpdate } from '@postroom/sdk/services';
import type { Statements } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';
import { letGo, lockMessages } from '../mail/letGo.js';
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

const LOCK = 'SELECT id, message_id, lease, reported, recipient FROM outbox WHERE id = ANY ($1) ORDER BY id FOR UPDATE';
const DEFER = (now: string): string => `
  UPDATE outbox SET state = CASE outbox.state WHEN 'held' THEN 'held' ELSE came.outcome END, reported = coalesce(came.lease, outbox.reported),
    server_id = NULL, lease_until = NULL, in_doubt = false, doubts = outbox.doubts + came.doubts, attempts = attempts + 1, next_try_at = coalesce(came.next_try_at, ${now}),
    status = came.status, text = came.text, delay_noticed = outbox.delay_noticed OR came.delay_noticed
  FROM unnest($1::bigint[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::text[], $7::boolean[], $8::bigint[])
    AS came (id, outcome, doubts, next_try_at, status, text, delay_noticed, lease)
  WHERE outbox.id = came.id`;

export class OutboxRecord {
  /** Of the last run: a transaction may be tried again. */
  #done: readonly number[] = [];
  #stay: readonly number[] = [];

  constructor(
    private readonly updates: readonly OutboxUpdate[],
    private readonly tally: OutboxTally,
    private readonly clock: EngineClock,
  ) {}

  /** Throws `lease/lost` where another sender has one of the entries. */
  async run(statements: Statements): Promise<void> {
    const entries = await statements.rows<LockedEntry>(LOCK, [this.updates.map(({ id }) => id)]);
    const entryOf = new Map(entries.map((entry) => [entry.id, entry]));
    refuseTakenOver(this.updates, entryOf);
    // What is gone is passed over, and what was reported before, by somebody who did not hear that it was recorded, counts once.
    const updates = this.updates.filter(({ id, lease }) => entryOf.has(id) && (lease === undefined || entryOf.get(id)?.reported !== lease));
    const done = updates.filter(({ outcome }) => isDone(outcome)).map(({ id }) => id);
    const messageOf = new Map(entries.map((entry) => [entry.id, entry.message_id]));
    const lines = trailLines(updates, messageOf);
    await lockMessages(statements, [...lines.keys()]);
    await addToTrails(statements, lines);
    await defer(
      statements,
      updates.filter(({ outcome }) => !isDone(outcome)),
      this.clock,
    );
    if (done.length > 0) {
      await statements.run('DELETE FROM outbox WHERE id = ANY ($1)', [done]);
      await letGo(statements, [...new Set(done.flatMap((id) => messageOf.get(id) ?? []))], this.clock);
    }
    this.#done = done;
    this.#stay = updates.filter(({ outcome }) => !isDone(outcome)).map(({ id }) => id);
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

async function defer(statements: Statements, updates: readonly OutboxUpdate[], { now }: EngineClock): Promise<void> {
  if (updates.length === 0) return;
  await statements.run(DEFER(now), [
    updates.map(({ id }) => id),
    updates.map(({ outcome }) => outcome),
    updates.map(({ doubtful }) => (doubtful === true ? 1 : 0)),
    updates.map(({ nextTryAt }) => nextTryAt?.getTime() ?? null),
    updates.map(({ receipt }) => receipt.status),
    updates.map(({ receipt }) => receipt.text),
    updates.map(({ delayNoticed }) => delayNoticed === true),
    updates.map(({ lease }) => lease ?? null),
  ]);
}

/** Put together here: PostgreSQL's jsonb has no room for what JSON may hold, as U+0000. */
async function addToTrails(statements: Statements, lines: ReadonlyMap<number, readonly TrailEntry[]>): Promise<void> {
  if (lines.size === 0) return;
  const messages = await statements.rows<{ id: number; details: string }>('SELECT id, details FROM message WHERE id = ANY ($1)', [
    [...lines.keys()],
  ]);
  const details = messages.map((message) => {
    const before = JSON.parse(message.details) as { readonly trail: readonly TrailEntry[] };
    return JSON.stringify({ ...before, trail: [...before.trail, ...(lines.get(message.id) ?? [])] });
  });
  await statements.run(
    'UPDATE message SET details = changed.details FROM unnest($1::bigint[], $2::text[]) AS changed (id, details) WHERE message.id = changed.id',
    [messages.map(({ id }) => id), details],
  );
}
