// Accounts that rest, longer and longer: the ISP lets them send nothing until their set-up is mended, or takes no more mail for now. So neither a
// wrong password is hammered nor a limit that the ISP has set. What waits for such an account is due as soon as it rests no longer.
import type { DestinationReceipt, MessageId } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import type { DeliveryGroup } from './deliveryGroup.js';
import { fetchWait } from './retry.js';

/** Of a network that fails, a system that takes nothing now (421), and a policy such as so many messages an hour (RFC 3463 sections 3.4, 3.5, 3.8). */
const CONCERNS_ALL = /^4\.(?:4\.\d+|3\.2|7\.\d+)$/;
/** TLS is needed, or no way to log in fits (RFC 5248): no password is hammered, so the account rests minutes, not hours. */
const SAYS_NOTHING_OF_PASSWORD = /^4\.7\.(?:4|10|11)$/;
/** So many messages one after the other: what is wrong with one of them, however often it is tried, is not taken for a limit of the ISP. */
const MOST_UNWANTED = 2;

interface Rest {
  readonly failures: number;
  /** Monotonic milliseconds. */
  readonly until: number;
  readonly receipt: DestinationReceipt;
  /** Outbox entries that were put off for it. */
  readonly entries: Set<number>;
}

export class RelayBackOff {
  readonly #rests = new Map<string, Rest>();
  readonly #woken = new Set<number>();
  /** The last messages of an account, with nothing between them that the ISP wanted. */
  readonly #unwanted = new Map<string, Set<MessageId>>();

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
  tried(deliveryGroup: DeliveryGroup, receipts: readonly DestinationReceipt[]): void {
    const { account, message, entries } = deliveryGroup;
    const refusal = receipts.find((receipt) => receipt.configuration === true);
    const [first] = receipts;
    if (refusal !== undefined) {
      this.#rest(account, refusal, SAYS_NOTHING_OF_PASSWORD.test(refusal.status) ? 'isp/tls' : 'isp/login-refused');
      this.putOff(deliveryGroup);
    } else if (first !== undefined && receipts.every(({ outcome, status }) => outcome === 'deferred' && CONCERNS_ALL.test(status))) {
      const unwanted = (this.#unwanted.get(account) ?? new Set()).add(message);
      this.#unwanted.set(account, unwanted);
      // It keeps its own time: were it due with the rest of the queue, two such messages would stop that again and again.
      if (unwanted.size >= MOST_UNWANTED) this.#rest(account, first, 'isp/temporary');
    } else {
      this.wake(account);
      // This one had its try in this round.
      for (const { id } of entries) this.#woken.delete(id);
    }
  }

  /** It waits until the account rests no longer. */
  putOff({ account, entries }: DeliveryGroup): void {
    for (const { id } of entries) this.#rests.get(account)?.entries.add(id);
  }

  /** The account sends again, or what it failed for may be mended. */
  wake(account: string): void {
    for (const entry of this.#rests.get(account)?.entries ?? []) this.#woken.add(entry);
    this.#rests.delete(account);
    this.#unwanted.delete(account);
  }

  /** Whatever was changed may have been the cause. */
  wakeAll(): void {
    for (const account of [...this.#rests.keys()]) this.wake(account);
    this.#unwanted.clear();
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
    this.#unwanted.delete(account);
  }
}
