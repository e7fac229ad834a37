// How commits go, and what kept the last one from being stored: the status page and the question for room look here.
import { PostroomError } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import type { StoreStatistics } from '@postroom/sdk/services';
import { CommitStatistics } from '@postroom/sdk/store';

/** A disk that was full is asked again this soon: somebody may have made room. */
const FULL_MS = 10_000;

export class CommitLog {
  readonly #statistics = new CommitStatistics();
  readonly #away = new Listeners<void>();
  #fullAt: number | undefined;

  get statistics(): StoreStatistics {
    return this.#statistics.value;
  }

  /** The database said so lately, and has stored nothing since. */
  get isFull(): boolean {
    return this.#fullAt !== undefined && performance.now() - this.#fullAt < FULL_MS;
  }

  /** `units`: changes that shared the commit. */
  stored(units: number, milliseconds: number): void {
    this.#statistics.add(units, milliseconds);
    this.#fullAt = undefined;
  }

  failed(error: unknown): void {
    if (!(error instanceof PostroomError)) return;
    if (error.code === 'store/full') this.#fullAt = performance.now();
    if (error.code === 'store/unreachable' || error.code === 'store/unknown') this.#away.fire();
  }

  /** Something was not stored as the database is away. */
  onAway(listener: () => void): void {
    this.#away.add(listener);
  }
}
