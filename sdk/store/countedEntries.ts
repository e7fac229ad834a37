// The entries of the Outbox as far as they count, by number: how many messages wait, and how many of them ask for a round.
import type { OutboxCounts } from '../services/store/outbox.js';
import { NumberRows } from './numberRows.js';

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

export class CountedEntries {
  /** In the order in which they were queued, so that the first waits longest. */
  readonly #entries = new NumberRows('message', 'queuedAt', 'untried');
  readonly #messages = new NumberRows('entries', 'untried');
  #numbers = 0;
  #untriedEntries = 0;
  /** Messages none of whose entries was tried. */
  #untriedMessages = 0;

  /** Those that wait longest first. */
  static of(entries: Iterable<QueuedEntry>): CountedEntries {
    const counted = new CountedEntries();
    counted.add(entries);
    return counted;
  }

  get counts(): OutboxCounts {
    const oldest = this.#entries.firstKey;
    return {
      messages: this.#messages.size,
      recipients: this.#entries.size,
      untried: this.#untriedMessages,
      oldest: oldest === undefined ? undefined : new Date(this.#entries.get(oldest, 'queuedAt')),
    };
  }

  get signature(): TallySignature {
    return { entries: this.#entries.size, numbers: this.#numbers, untried: this.#untriedEntries };
  }

  /** What is counted already is passed over. */
  add(entries: Iterable<QueuedEntry>): void {
    for (const { id, message, queuedAt, isUntried } of entries) {
      if (this.#entries.has(id)) continue;
      const untried = isUntried ? 1 : 0;
      this.#entries.add(id, { message, queuedAt, untried });
      this.#numbers += id;
      this.#recount(message, 1, untried);
    }
  }

  remove(ids: readonly number[]): void {
    for (const id of ids) {
      if (!this.#entries.has(id)) continue;
      const [message, untried] = [this.#entries.get(id, 'message'), this.#entries.get(id, 'untried')];
      this.#entries.delete(id);
      this.#numbers -= id;
      this.#recount(message, -1, -untried);
    }
  }

  setUntried(id: number, isUntried: boolean): void {
    const [before, untried] = [this.#entries.get(id, 'untried'), isUntried ? 1 : 0];
    if (!this.#entries.has(id) || before === untried) return;
    this.#entries.set(id, 'untried', untried);
    this.#recount(this.#entries.get(id, 'message'), 0, untried - before);
  }

  #recount(message: number, entries: number, untried: number): void {
    const before = { entries: this.#messages.get(message, 'entries'), untried: this.#messages.get(message, 'untried') };
    const now = { entries: before.entries + entries, untried: before.untried + untried };
    if (now.entries === 0) this.#messages.delete(message);
    else if (before.entries === 0) this.#messages.add(message, now);
    else {
      this.#messages.set(message, 'entries', now.entries);
      this.#messages.set(message, 'untried', now.untried);
    }
    this.#untriedEntries += untried;
    this.#untriedMessages += (isWhollyUntried(now) ? 1 : 0) - (isWhollyUntried(before) ? 1 : 0);
  }
}

function isWhollyUntried({ entries, untried }: { readonly entries: number; readonly untried: number }): boolean {
  return entries > 0 && entries === untried;
}
