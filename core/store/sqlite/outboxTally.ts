// How much mail waits for the outside, counted in memory: the schedule asks all the time.
import type { OutboxCounts, OutboxState } from '../outbox.js';
import type { Readers } from './readers.js';

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
  state: OutboxState;
  attempts: number;
}

export class OutboxTally {
  readonly #entries = new Map<number, TallyEntry>();
  readonly #listeners = new Set<() => void>();
  #counts: OutboxCounts | undefined;

  async load(readers: Readers): Promise<void> {
    const rows = await readers.all<TallyRow>('SELECT id, message_id, state, attempts, queued_at FROM outbox');
    this.#entries.clear();
    this.queued(rows);
  }

  queued(rows: readonly TallyRow[]): void {
    for (const row of rows) {
      this.#entries.set(row.id, {
        message: row.message_id,
        queuedAt: row.queued_at,
        state: row.state as OutboxState,
        attempts: row.attempts ?? 0,
      });
    }
    if (rows.length > 0) this.#changed();
  }

  gone(ids: readonly number[]): void {
    for (const id of ids) this.#entries.delete(id);
    if (ids.length > 0) this.#changed();
  }

  moved(rows: readonly { readonly id: number; readonly state: string; readonly attempts: number }[]): void {
    for (const row of rows) {
      const entry = this.#entries.get(row.id);
      if (entry !== undefined) Object.assign(entry, { state: row.state, attempts: row.attempts });
    }
    if (rows.length > 0) this.#changed();
  }

  get counts(): OutboxCounts {
    this.#counts ??= countEntries(this.#entries);
    return this.#counts;
  }

  onDidChange(listener: () => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  /** Called from the write queue, which no listener may hold up or break. */
  #changed(): void {
    this.#counts = undefined;
    for (const listener of this.#listeners) queueMicrotask(listener);
  }
}

function countEntries(entries: Iterable<readonly [number, TallyEntry]>): OutboxCounts {
  const untried = new Map<number, boolean>();
  let recipients = 0;
  let oldest = Number.POSITIVE_INFINITY;
  let newest = 0;
  for (const [id, { message, queuedAt, state, attempts }] of entries) {
    recipients += 1;
    newest = Math.max(newest, id);
    oldest = Math.min(oldest, queuedAt);
    // What the administrator holds asks for no round.
    untried.set(message, (untried.get(message) ?? true) && attempts === 0 && state !== 'held');
  }
  return {
    messages: untried.size,
    recipients,
    untried: [...untried.values()].filter(Boolean).length,
    oldest: recipients > 0 ? new Date(oldest) : undefined,
    newest,
  };
}
