// A lease that a server wants to have as long as it runs: it takes it as soon as no other has it, and again after it lost it.
import type { Disposable } from '../disposable.js';
import type { Clock } from '../services/running.js';
import type { Lease, Leases } from '../services/store/leases.js';

const TRY_AGAIN_MS = 10_000;

export class StandingLease {
  #isWanted = false;
  #lease: Lease | undefined;
  #nextTry: Disposable | undefined;
  /** One after the other, so that a lease that is let go is free before it is taken again. */
  #work: Promise<void> = Promise.resolve();

  constructor(
    private readonly name: string,
    private readonly leases: Pick<Leases, 'take'>,
    private readonly clock: Clock,
    /** It was taken, or lost. */
    private readonly onDidChange: () => void,
  ) {}

  get isHeld(): boolean {
    return this.#isWanted && this.#lease !== undefined;
  }

  /** From now on. */
  want(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    void this.#then(() => this.#take());
  }

  /** Resolves when another server can take it. */
  letGo(): Promise<void> {
    this.#isWanted = false;
    void this.#nextTry?.dispose();
    return this.#then(async () => {
      if (this.#isWanted) return;
      const lease = this.#lease;
      this.#lease = undefined;
      await lease?.release();
    });
  }

  #then(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work);
    return this.#work;
  }

  async #take(): Promise<void> {
    if (!this.#isWanted || this.#lease !== undefined) return;
    // A store that cannot be reached says so elsewhere.
    const lease = await this.leases.take(this.name).catch(() => undefined);
    if (lease === undefined) return this.#tryLater();
    this.#lease = lease;
    lease.lost.addEventListener('abort', () => this.#lost(lease), { once: true });
    if (lease.lost.aborted) this.#lost(lease);
    else if (this.#isWanted) this.onDidChange();
  }

  #lost(lease: Lease): void {
    // It was let go before.
    if (this.#lease !== lease) return;
    this.#lease = undefined;
    if (!this.#isWanted) return;
    this.onDidChange();
    this.#tryLater();
  }

  #tryLater(): void {
    if (!this.#isWanted) return;
    void this.#nextTry?.dispose();
    this.#nextTry = this.clock.after(TRY_AGAIN_MS, () => void this.#then(() => this.#take()));
  }
}
