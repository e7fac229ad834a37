// Accounts that the ISP lets send nothing until their set-up is mended: they rest, longer and longer, so that people who go on writing do not
// hammer a wrong password. What waits for such an account is due as soon as it rests no longer.
import type { DestinationReceipt } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import { fetchWait } from './retry.js';

interface Rest {
  readonly failures: number;
  /** Monotonic milliseconds. */
  readonly until: number;
  readonly receipt: DestinationReceipt;
  /** Outbox entries that were put off for it. */
  readonly entries: Set<number>;
}

export class RelayRests {
  readonly #rests = new Map<string, Rest>();
  readonly #woken = new Set<number>();

  constructor(private readonly clock: Clock) {}

  /** What the account failed for, while it rests. */
  of(account: string): DestinationReceipt | undefined {
    const rest = this.#rests.get(account);
    return rest !== undefined && rest.until > this.clock.monotonic() ? rest.receipt : undefined;
  }

  failed(account: string, receipt: DestinationReceipt): void {
    const before = this.#rests.get(account);
    const failures = (before?.failures ?? 0) + 1;
    const until = this.clock.monotonic() + fetchWait('isp/login-refused', failures);
    this.#rests.set(account, { failures, until, receipt, entries: before?.entries ?? new Set() });
  }

  /** These wait until the account rests no longer. */
  putOff(account: string, entries: readonly number[]): void {
    const rest = this.#rests.get(account);
    for (const entry of entries) rest?.entries.add(entry);
  }

  /** The account sends again, or what it failed for may be mended. */
  wake(account: string): void {
    for (const entry of this.#rests.get(account)?.entries ?? []) this.#woken.add(entry);
    this.#rests.delete(account);
  }

  /** Whatever was changed may have been the cause. */
  wakeAll(): void {
    for (const account of [...this.#rests.keys()]) this.wake(account);
  }

  /** Entries whose account rests no longer, until somebody saw to it that they are due. */
  get woken(): ReadonlySet<number> {
    return this.#woken;
  }

  areDue(entries: ReadonlySet<number>): void {
    for (const entry of entries) this.#woken.delete(entry);
  }
}
