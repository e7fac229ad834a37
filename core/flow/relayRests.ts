// Accounts that rest, longer and longer: the ISP lets them send nothing until their set-up is mended, or takes no more mail for now. So neither a
// wrong password is hammered nor a limit that the ISP has set. What waits for such an account is due as soon as it rests no longer.
import type { DestinationReceipt } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import { fetchWait } from './retry.js';

/** Of a network that fails, a system that takes nothing now (421), and a policy such as so many messages an hour (RFC 3463 sections 3.4, 3.5, 3.8). */
const CONCERNS_ALL = /^4\.(?:4\.\d+|3\.2|7\.\d+)$/;
/** So many messages in a row: what is wrong with one message is not taken for a limit of the ISP. */
const MOST_IN_A_ROW = 2;

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
  /** Messages of an account, the last ones, that the ISP did not want now. */
  readonly #inARow = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** What the account failed for, while it rests. */
  of(account: string): DestinationReceipt | undefined {
    const rest = this.#rests.get(account);
    return rest !== undefined && rest.until > this.clock.monotonic() ? rest.receipt : undefined;
  }

  /** Milliseconds until the account rests no longer. */
  left(account: string): number {
    return Math.ceil(Math.max(0, (this.#rests.get(account)?.until ?? 0) - this.clock.monotonic()));
  }

  /** What came of a message that was tried: the account goes on sending, or rests from now on. */
  tried(account: string, receipts: readonly DestinationReceipt[]): void {
    const refusal = receipts.find((receipt) => receipt.configuration === true);
    const [first] = receipts;
    if (refusal !== undefined) {
      this.#rest(account, refusal, 'isp/login-refused');
    } else if (first !== undefined && receipts.every(({ outcome, status }) => outcome === 'deferred' && CONCERNS_ALL.test(status))) {
      const inARow = (this.#inARow.get(account) ?? 0) + 1;
      this.#inARow.set(account, inARow);
      if (inARow >= MOST_IN_A_ROW) this.#rest(account, first, 'isp/temporary');
    } else {
      this.wake(account);
    }
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
    this.#inARow.delete(account);
  }

  /** Whatever was changed may have been the cause. */
  wakeAll(): void {
    for (const account of [...this.#rests.keys()]) this.wake(account);
    this.#inARow.clear();
  }

  /** Entries whose account rests no longer, until somebody saw to it that they are due. */
  get woken(): ReadonlySet<number> {
    return this.#woken;
  }

  areDue(entries: ReadonlySet<number>): void {
    for (const entry of entries) this.#woken.delete(entry);
  }

  #rest(account: string, receipt: DestinationReceipt, code: string): void {
    const before = this.#rests.get(account);
    const failures = (before?.failures ?? 0) + 1;
    const until = this.clock.monotonic() + fetchWait(code, failures);
    this.#rests.set(account, { failures, until, receipt, entries: before?.entries ?? new Set() });
    this.#inARow.delete(account);
  }
}
