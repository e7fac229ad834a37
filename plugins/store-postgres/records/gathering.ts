// Changes that nobody waits for: they gather for a moment and share a commit. While the database is away they are kept, up to a number.
import { type Disposable, PostroomError } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';

/** How long the first one waits for others. */
const PATIENCE_MS = 200;
/** How long it takes to ask a database again that is away. */
const AGAIN_MS = 1_000;
const MOST_AT_ONCE = 512;
const MOST_KEPT = 10_000;

export class Gathering<T> {
  #items: T[] = [];
  #timer: Disposable | undefined;
  #draining: Promise<void> | undefined;
  #isAway = false;
  #isClosed = false;

  constructor(
    private readonly clock: Clock,
    private readonly write: (items: readonly T[]) => Promise<void>,
    private readonly onLost: (error: unknown) => void,
  ) {}

  add(item: T): void {
    if (this.#isClosed) return;
    if (this.#items.length >= MOST_KEPT) {
      this.onLost(new PostroomError('store/full', `${MOST_KEPT} notes wait for the database already: another one is dropped.`));
      return;
    }
    this.#items.push(item);
    this.#drainIn(PATIENCE_MS);
  }

  /** Resolves when all that was added so far is written or lost, or waits for a database that is away. */
  async settle(): Promise<void> {
    do await this.#drain();
    while (this.#items.length > 0 && !this.#isAway);
  }

  /** Writes what waits, and takes nothing more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.settle();
    void this.#timer?.dispose();
    if (this.#items.length > 0) {
      this.onLost(new PostroomError('store/unreachable', `The database is away: ${this.#items.length} notes are lost.`));
    }
  }

  #drainIn(ms: number): void {
    this.#timer ??= this.clock.after(ms, () => {
      this.#timer = undefined;
      void this.#drain();
    });
  }

  #drain(): Promise<void> {
    this.#draining ??= this.#writeAll().finally(() => {
      this.#draining = undefined;
    });
    return this.#draining;
  }

  async #writeAll(): Promise<void> {
    while (this.#items.length > 0) {
      const items = this.#items.splice(0, MOST_AT_ONCE);
      try {
        await this.write(items);
        this.#isAway = false;
      } catch (error) {
        this.#isAway = error instanceof PostroomError && error.code === 'store/unreachable';
        if (this.#isAway) {
          this.#items.unshift(...items);
          if (!this.#isClosed) this.#drainIn(AGAIN_MS);
          return;
        }
        await this.#writeEach(items, error);
      }
    }
  }

  /** One of them may be what the database does not take. */
  async #writeEach(items: readonly T[], error: unknown): Promise<void> {
    if (items.length === 1) this.onLost(error);
    else for (const item of items) await this.write([item]).catch(this.onLost);
  }
}
