// How much mail waits for the outside, counted in memory: the schedule asks after every change, however much there is. What this server changes counts at
// once; where another one changed something, all is read again.
import { Listeners } from '@postroom/sdk/base';
import type { OutboxCounts } from '@postroom/sdk/services';
import type { Database } from '../engine/database.js';
import { NumberTable } from '../engine/numberTable.js';

export interface QueuedEntry {
  readonly id: number;
  readonly message: number;
  /** Milliseconds since 1970. */
  readonly queuedAt: number;
}

interface TallyEntry {
  readonly message: number;
  readonly queuedAt: number;
  isUntried: boolean;
}

/** What differs where counts do. */
interface Signature {
  readonly entries: number;
  /** Their sum. */
  readonly numbers: number;
  readonly untried: number;
}

/** Entries of one message. */
interface MessageTally {
  entries: number;
  untried: number;
}

/** SQL: nobody has tried the entry, put it off, or holds it. */
export const UNTRIED = `attempts = 0 AND state = 'waiting'`;

const SIGNATURE = `SELECT count(*) AS entries, coalesce(sum(id), 0)::bigint AS numbers, count(*) FILTER (WHERE ${UNTRIED}) AS untried FROM outbox`;

/** Between two looks: other servers may change it a hundred times a second. */
const REST_MS = 200;

export class OutboxTally {
  /** In the order in which they were queued, so that the first waits longest. */
  #entries = new Map<number, TallyEntry>();
  #messages = new Map<number, MessageTally>();
  readonly #listeners = new Listeners<void>();
  /** Messages none of whose entries was tried. */
  #untried = 0;
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
    const [seen] = await this.database.rows<Signature>(SIGNATURE);
    const { entries, numbers, untried } = this.#signature();
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
    if (entries.length > 0) this.#change(() => this.#add(entries.map((entry) => ({ ...entry, isUntried: true }))));
  }

  gone(ids: readonly number[]): void {
    if (ids.length > 0) this.#change(() => this.#remove(ids));
  }

  moved(entries: readonly { readonly id: number; readonly untried: boolean }[]): void {
    if (entries.length > 0) this.#change(() => this.#move(entries));
  }

  get counts(): OutboxCounts {
    const oldest = this.#entries.values().next().value?.queuedAt;
    return {
      messages: this.#messages.size,
      recipients: this.#entries.size,
      untried: this.#untried,
      oldest: oldest === undefined ? undefined : new Date(oldest),
    };
  }

  onDidChange(listener: () => void): { dispose(): void } {
    return this.#listeners.add(listener);
  }

  #signature(): Signature {
    let [numbers, untried] = [0, 0];
    for (const [id, { isUntried }] of this.#entries) {
      numbers += id;
      untried += isUntried ? 1 : 0;
    }
    return { entries: this.#entries.size, numbers, untried };
  }

  async #readWhileStale(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      this.#changedMeanwhile = [];
      const columns = ['id', 'message_id', 'queued_at', `(${UNTRIED})::int`];
      const rows = await NumberTable.read(this.database, columns, 'outbox', 'queued_at, id');
      this.#entries = new Map();
      this.#messages = new Map();
      this.#untried = 0;
      this.#add(
        Array.from({ length: rows.count }, (_, row) => ({
          id: rows.at(row, 0),
          message: rows.at(row, 1),
          queuedAt: rows.at(row, 2),
          isUntried: rows.at(row, 3) === 1,
        })),
      );
      for (const change of this.#changedMeanwhile) change();
      this.#tell();
    }
  }

  #change(change: () => void): void {
    if (this.#reading !== undefined) this.#changedMeanwhile.push(change);
    change();
    this.#tell();
  }

  #add(entries: readonly (QueuedEntry & { readonly isUntried: boolean })[]): void {
    for (const { id, message, queuedAt, isUntried } of entries) {
      if (this.#entries.has(id)) continue;
      this.#entries.set(id, { message, queuedAt, isUntried });
      this.#recount(message, 1, isUntried ? 1 : 0);
    }
  }

  #remove(ids: readonly number[]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry === undefined) continue;
      this.#entries.delete(id);
      this.#recount(entry.message, -1, entry.isUntried ? -1 : 0);
    }
  }

  #move(entries: readonly { readonly id: number; readonly untried: boolean }[]): void {
    for (const { id, untried } of entries) {
      const entry = this.#entries.get(id);
      if (entry === undefined || entry.isUntried === untried) continue;
      entry.isUntried = untried;
      this.#recount(entry.message, 0, untried ? 1 : -1);
    }
  }

  #recount(message: number, entries: number, untried: number): void {
    const tally = this.#messages.get(message) ?? { entries: 0, untried: 0 };
    this.#untried -= isWhollyUntried(tally) ? 1 : 0;
    tally.entries += entries;
    tally.untried += untried;
    this.#untried += isWhollyUntried(tally) ? 1 : 0;
    if (tally.entries === 0) this.#messages.delete(message);
    else this.#messages.set(message, tally);
  }

  /** No listener holds up or breaks what changed it. */
  #tell(): void {
    queueMicrotask(() => this.#listeners.fire());
  }
}

function isWhollyUntried({ entries, untried }: MessageTally): boolean {
  return entries > 0 && entries === untried;
}
