// How much mail waits for the outside, counted in memory: the schedule asks after every change, however much there is.
import type { OutboxCounts } from '@postroom/sdk/services';
import type { Readers } from '../engine/readers.js';

interface TallyRow {
  readonly id: number;
  readonly message_id: number;
  readonly state: string;
  readonly attempts?: number;
  readonly queued_at: number;
}

interface TallyEntry {
  readonly message: number;
  readonly queuedAt: number;
  isUntried: boolean;
}

/** Entries of one message. */
interface MessageTally {
  entries: number;
  untried: number;
}

export class OutboxTally {
  /** In the order in which they were queued, so that the first waits longest. */
  readonly #entries = new Map<number, TallyEntry>();
  readonly #messages = new Map<number, MessageTally>();
  readonly #listeners = new Set<() => void>();
  /** Messages none of whose entries was tried. */
  #untried = 0;

  async load(readers: Readers): Promise<void> {
    const rows = await readers.all<TallyRow>('SELECT id, message_id, state, attempts, queued_at FROM outbox ORDER BY id');
    this.#entries.clear();
    this.#messages.clear();
    this.#untried = 0;
    this.queued(rows);
  }

  queued(rows: readonly TallyRow[]): void {
    for (const row of rows) {
      if (this.#entries.has(row.id)) continue;
      const isUntried = isUntriedIn(row.state, row.attempts ?? 0);
      this.#entries.set(row.id, { message: row.message_id, queuedAt: row.queued_at, isUntried });
      this.#recount(row.message_id, 1, isUntried ? 1 : 0);
    }
    if (rows.length > 0) this.#changed();
  }

  gone(ids: readonly number[]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry === undefined) continue;
      this.#entries.delete(id);
      this.#recount(entry.message, -1, entry.isUntried ? -1 : 0);
    }
    if (ids.length > 0) this.#changed();
  }

  moved(rows: readonly { readonly id: number; readonly state: string; readonly attempts: number }[]): void {
    for (const row of rows) {
      const entry = this.#entries.get(row.id);
      // While it is leased nothing is known yet: it counts as before.
      const isUntried = row.state === 'sending' ? entry?.isUntried : isUntriedIn(row.state, row.attempts);
      if (entry === undefined || isUntried === undefined || entry.isUntried === isUntried) continue;
      entry.isUntried = isUntried;
      this.#recount(entry.message, 0, isUntried ? 1 : -1);
    }
    if (rows.length > 0) this.#changed();
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
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
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

  /** Called from the write queue, which no listener may hold up or break. */
  #changed(): void {
    for (const listener of this.#listeners) queueMicrotask(listener);
  }
}

/** What the administrator holds, or was put off, asks for no round. */
function isUntriedIn(state: string, attempts: number): boolean {
  return attempts === 0 && state !== 'held' && state !== 'deferred';
}

function isWhollyUntried({ entries, untried }: MessageTally): boolean {
  return entries > 0 && entries === untried;
}
