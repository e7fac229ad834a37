// How much mail waits for the outside, counted in memory: the schedule asks after every change, however much there is.

import { Listeners } from '../base/listeners.js';
import type { Disposable } from '../disposable.js';
import type { OutboxCounts } from '../services/store/outbox.js';

export interface QueuedEntry {
  readonly id: number;
  /** Number of its message. */
  readonly message: number;
  /** Milliseconds since 1970. */
  readonly queuedAt: number;
  /** Nobody has tried it, put it off, or holds it: it asks for a round. */
  readonly isUntried: boolean;
}

/** What differs where counts do: who counted before compares it with what is stored. */
export interface TallySignature {
  readonly entries: number;
  /** Sum of their numbers. */
  readonly numbers: number;
  readonly untried: number;
}

interface TallyEntry extends Pick<QueuedEntry, 'message' | 'queuedAt'> {
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
  readonly #changed = new Listeners<void>();
  /** Messages none of whose entries was tried. */
  #untried = 0;

  get counts(): OutboxCounts {
    const oldest = this.#entries.values().next().value?.queuedAt;
    return {
      messages: this.#messages.size,
      recipients: this.#entries.size,
      untried: this.#untried,
      oldest: oldest === undefined ? undefined : new Date(oldest),
    };
  }

  get signature(): TallySignature {
    let [numbers, untried] = [0, 0];
    for (const [id, { isUntried }] of this.#entries) {
      numbers += id;
      untried += isUntried ? 1 : 0;
    }
    return { entries: this.#entries.size, numbers, untried };
  }

  /** Counts anew: these are all, those that wait longest first. */
  reset(entries: readonly QueuedEntry[]): void {
    this.#entries.clear();
    this.#messages.clear();
    this.#untried = 0;
    this.#add(entries);
    this.#tell();
  }

  queued(entries: readonly QueuedEntry[]): void {
    this.#add(entries);
    if (entries.length > 0) this.#tell();
  }

  gone(ids: readonly number[]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry === undefined) continue;
      this.#entries.delete(id);
      this.#recount(entry.message, -1, entry.isUntried ? -1 : 0);
    }
    if (ids.length > 0) this.#tell();
  }

  /** `isUntried`: `undefined` where nothing is known yet. */
  moved(entries: readonly { readonly id: number; readonly isUntried: boolean | undefined }[]): void {
    for (const { id, isUntried } of entries) {
      const entry = this.#entries.get(id);
      if (entry === undefined || isUntried === undefined || entry.isUntried === isUntried) continue;
      entry.isUntried = isUntried;
      this.#recount(entry.message, 0, isUntried ? 1 : -1);
    }
    if (entries.length > 0) this.#tell();
  }

  onDidChange(listener: () => void): Disposable {
    return this.#changed.add(listener);
  }

  #add(entries: readonly QueuedEntry[]): void {
    for (const { id, message, queuedAt, isUntried } of entries) {
      if (this.#entries.has(id)) continue;
      this.#entries.set(id, { message, queuedAt, isUntried });
      this.#recount(message, 1, isUntried ? 1 : 0);
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

  /** Called from within commits, which no listener may hold up or break. */
  #tell(): void {
    queueMicrotask(() => this.#changed.fire());
  }
}

function isWhollyUntried({ entries, untried }: MessageTally): boolean {
  return entries > 0 && entries === untried;
}
