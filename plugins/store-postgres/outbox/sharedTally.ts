// The tally of an Outbox that several servers fill: what this server changes counts at once; where another one changed something, all is read again.
import type { OutboxCounts } from '@postroom/sdk/services';
import { CountedEntries, OutboxTally, type QueuedEntry, type TallySignature } from '@postroom/sdk/store';
import type { Database } from '../engine/database.js';
import { NumberTable } from '../engine/numberTable.js';

/** SQL: as isUntried of the SDK; a row's state is the one at rest. */
export const UNTRIED = `attempts = 0 AND state = 'waiting'`;

const SIGNATURE = `SELECT count(*) AS entries, coalesce(sum(id), 0)::bigint AS numbers, count(*) FILTER (WHERE ${UNTRIED}) AS untried FROM outbox`;

/** Between two looks: other servers may change it a hundred times a second. */
const REST_MS = 200;

export class SharedTally {
  readonly #tally = new OutboxTally();
  /** What this server changed since reading began. */
  #changedMeanwhile: (() => void)[] = [];
  #reading: Promise<void> | undefined;
  #isStale = false;
  #resting: NodeJS.Timeout | undefined;
  #isAsked = false;

  constructor(private readonly database: Database) {}

  /** Another server may have changed something: looks now, or soon where it looked a moment ago. */
  heard(): void {
    if (this.#resting !== undefined) {
      this.#isAsked = true;
      return;
    }
    this.#resting = setTimeout(() => {
      this.#resting = undefined;
      if (this.#isAsked) this.heard();
    }, REST_MS);
    this.#isAsked = false;
    // Where the database is away the next look makes it good.
    void this.look().catch(() => undefined);
  }

  /** Hears no more. */
  dispose(): void {
    clearTimeout(this.#resting);
  }

  /** Reads all again where it is not what was counted here. */
  async look(): Promise<void> {
    const [seen] = await this.database.rows<TallySignature>(SIGNATURE);
    const { entries, numbers, untried } = this.#tally.signature;
    if (seen !== undefined && (seen.entries !== entries || seen.numbers !== numbers || seen.untried !== untried)) await this.read();
  }

  /** Reads all again. Asked for while it reads, it reads once more. */
  read(): Promise<void> {
    this.#isStale = true;
    this.#reading ??= this.#readWhileStale().finally(() => {
      this.#reading = undefined;
      this.#changedMeanwhile = [];
    });
    return this.#reading;
  }

  queued(entries: readonly QueuedEntry[]): void {
    if (entries.length > 0) this.#change(() => this.#tally.queued(entries));
  }

  gone(ids: readonly number[]): void {
    if (ids.length > 0) this.#change(() => this.#tally.gone(ids));
  }

  moved(entries: Parameters<OutboxTally['moved']>[0]): void {
    if (entries.length > 0) this.#change(() => this.#tally.moved(entries));
  }

  get counts(): OutboxCounts {
    return this.#tally.counts;
  }

  onDidChange(listener: () => void): { dispose(): void } {
    return this.#tally.onDidChange(listener);
  }

  async #readWhileStale(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      this.#changedMeanwhile = [];
      const columns = ['id', 'message_id', 'queued_at', `(${UNTRIED})::int`];
      const rows = await NumberTable.read(this.database, columns, 'outbox', 'queued_at, id');
      this.#tally.reset(CountedEntries.of(entriesOf(rows)));
      for (const change of this.#changedMeanwhile) change();
    }
  }

  #change(change: () => void): void {
    if (this.#reading !== undefined) this.#changedMeanwhile.push(change);
    change();
  }
}

function* entriesOf(rows: NumberTable): Generator<QueuedEntry> {
  for (let row = 0; row < rows.count; row += 1)
    yield { id: rows.at(row, 0), message: rows.at(row, 1), queuedAt: rows.at(row, 2), isUntried: rows.at(row, 3) === 1 };
}
