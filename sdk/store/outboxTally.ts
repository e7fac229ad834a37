// How much mail waits for the outside, counted in memory: the schedule asks after every change, however much there is.

import { Listeners } from '../base/listeners.js';
import type { Disposable } from '../disposable.js';
import type { OutboxCounts } from '../services/store/outbox.js';
import { CountedEntries, type QueuedEntry, type TallySignature } from './countedEntries.js';

export class OutboxTally {
  #counted = new CountedEntries();
  readonly #changed = new Listeners<void>();

  get counts(): OutboxCounts {
    return this.#counted.counts;
  }

  get signature(): TallySignature {
    return this.#counted.signature;
  }

  /** These are all, counted again. */
  reset(counted: CountedEntries): void {
    this.#counted = counted;
    this.#tell();
  }

  queued(entries: readonly QueuedEntry[]): void {
    this.#counted.add(entries);
    if (entries.length > 0) this.#tell();
  }

  gone(ids: readonly number[]): void {
    this.#counted.remove(ids);
    if (ids.length > 0) this.#tell();
  }

  /** `isUntried`: `undefined` where nothing is known yet. */
  moved(entries: readonly { readonly id: number; readonly isUntried: boolean | undefined }[]): void {
    for (const { id, isUntried } of entries) if (isUntried !== undefined) this.#counted.setUntried(id, isUntried);
    if (entries.length > 0) this.#tell();
  }

  onDidChange(listener: () => void): Disposable {
    return this.#changed.add(listener);
  }

  /** Called from within commits, which no listener may hold up or break. */
  #tell(): void {
    queueMicrotask(() => this.#changed.fire());
  }
}
