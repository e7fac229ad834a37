// What tries came to, written in one transaction: by itself, or together with the bounce that answers for it.
import type { TrailEntry } from '@postroom/sdk';
import type { OutboxUpdate } from '@postroom/sdk/services';
import { detailsWithTrail, type LastTry, readReport } from '@postroom/sdk/store';
import type { Prepared, Statements } from '../engine/database.js';
import { DATABASE_NOW, type EngineClock } from '../engine/engineClock.js';
import type { SharedTally } from './sharedTally.js';

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
    private readonly tally: SharedTally,
    private readonly clock: EngineClock,
    /** A message answers for all of it. */
    private readonly isAnswered = false,
  ) {}

  /** Throws `lease/lost` where another sender has one of the entries. */
  async run(statements: Statements): Promise<void> {
    const tries = await statements.rows<LastTry>(LOCK, [this.updates.map(({ id }) => id)]);
    const { done, stay, trails: lines } = readReport(this.updates, tries, this.isAnswered);
    this.#done = done;
    this.#stay = stay.map(({ id }) => id);
    if (done.length + stay.length === 0) return;
    const trails = await addedTo(statements, lines);
    await statements.run(RECORD, [
      this.clock.given,
      done,
      trails.map(({ id }) => id),
      trails.map(({ details }) => details),
      ...columnsOf(stay),
    ]);
  }

  committed(): void {
    this.tally.gone(this.#done);
    this.tally.moved(this.#stay.map((id) => ({ id, isUntried: false })));
  }
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

interface DetailsRow {
  readonly id: number;
  readonly details: string;
}

/** Details of messages with the lines at the end of their trails. Put together here: PostgreSQL's jsonb has no room for what JSON may hold, as U+0000. */
async function addedTo(statements: Statements, lines: ReadonlyMap<number, readonly TrailEntry[]>): Promise<readonly DetailsRow[]> {
  if (lines.size === 0) return [];
  const messages = await statements.rows<DetailsRow>(
    { name: 'message-details', text: 'SELECT id, details FROM message WHERE id = ANY ($1)' },
    [[...lines.keys()]],
  );
  return messages.map(({ id, details }) => ({ id, details: detailsWithTrail(details, lines.get(id) ?? []) }));
}
