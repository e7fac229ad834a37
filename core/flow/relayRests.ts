// Accounts that the ISP lets send nothing until their set-up is mended: they rest, longer and longer, so that people who go on writing do not
// hammer a wrong password.
import type { DestinationReceipt } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import { fetchWait } from './retry.js';

interface Rest {
  readonly failures: number;
  /** Monotonic milliseconds. */
  readonly until: number;
  readonly receipt: DestinationReceipt;
}

export class RelayRests {
  readonly #rests = new Map<string, Rest>();

  constructor(private readonly clock: Clock) {}

  /** What the account failed for, while it rests. */
  of(account: string): DestinationReceipt | undefined {
    const rest = this.#rests.get(account);
    return rest !== undefined && rest.until > this.clock.monotonic() ? rest.receipt : undefined;
  }

  failed(account: string, receipt: DestinationReceipt): void {
    const failures = (this.#rests.get(account)?.failures ?? 0) + 1;
    this.#rests.set(account, { failures, until: this.clock.monotonic() + fetchWait('isp/login-refused', failures), receipt });
  }

  /** The account sends again, or what it failed for may be mended. */
  wake(account: string): void {
    this.#rests.delete(account);
  }

  /** Whatever was changed may have been the cause. */
  wakeAll(): void {
    this.#rests.clear();
  }
}
