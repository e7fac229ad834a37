// The back-off of accounts that cannot send: the ISP refuses their set-up, or takes no more mail for now. They wait longer and longer, so that neither a wrong
// password is hammered nor a limit that the ISP has set. Outbox entries that wait for such an account are due as soon as its back-off ends.
import type { DestinationReceipt, MessageId } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import { accountWait } from '../accountWait.js';
import type { BackOff, BackOffHolder } from '../sharedBackOffs.js';
import type { DeliveryGroup } from './deliveryGroup.js';

/** A network that fails, a system that takes nothing now (421), a policy such as so many messages an hour (RFC 3463 sections 3.4, 3.5, 3.8). */
const CONCERNS_ALL = /^4\.(?:4\.\d+|3\.2|7\.\d+)$/;
/** TLS is needed, or no way to log in fits (RFC 5248): no password is hammered, so the account waits minutes, not hours. */
const CONCERNS_NO_PASSWORD = /^4\.7\.(?:4|10|11)$/;
/** Different messages in a row that were deferred for the account's sake: one alone may be deferred for its own. */
const MESSAGES_IN_A_ROW = 2;

interface SendingBackOff extends BackOff<DestinationReceipt> {
  readonly entries: Set<number>;
}

export class RelayBackOff implements BackOffHolder<DestinationReceipt> {
  readonly #accounts = new Map<string, SendingBackOff>();
  readonly #woken = new Set<number>();
  /** Of each account: the last messages in a row that were deferred for its sake. */
  readonly #deferred = new Map<string, Set<MessageId>>();

  constructor(private readonly clock: Clock) {}

  /** What the account failed for, while it is backing off. */
  of(account: string): DestinationReceipt | undefined {
    const backOff = this.#accounts.get(account);
    return backOff !== undefined && backOff.until > this.clock.monotonic() ? backOff.cause : undefined;
  }

  /** Milliseconds until the back-off ends. */
  left(account: string): number {
    return Math.ceil(Math.max(0, (this.#accounts.get(account)?.until ?? 0) - this.clock.monotonic()));
  }

  /** What came of a message that was tried: the account goes on sending, or backs off. */
  tried(group: DeliveryGroup, receipts: readonly DestinationReceipt[]): void {
    const { account, message, entries } = group;
    const refusal = receipts.find((receipt) => receipt.configuration === true);
    const [first] = receipts;
    if (refusal !== undefined) {
      this.#begin(account, refusal, CONCERNS_NO_PASSWORD.test(refusal.status) ? 'isp/tls' : 'isp/login-refused');
      this.putOff(group);
    } else if (first !== undefined && receipts.every(({ outcome, status }) => outcome === 'deferred' && CONCERNS_ALL.test(status))) {
      const deferred = (this.#deferred.get(account) ?? new Set()).add(message);
      this.#deferred.set(account, deferred);
      // This message keeps its own retry time: were it due with the rest of the queue, two such messages would stop that again and again.
      if (deferred.size >= MESSAGES_IN_A_ROW) this.#begin(account, first, 'isp/temporary');
    } else {
      this.wake(account);
      // This one had its try in this round.
      for (const { id } of entries) this.#woken.delete(id);
    }
  }

  /** The group waits until the back-off of its account ends. */
  putOff({ account, entries }: DeliveryGroup): void {
    for (const { id } of entries) this.#accounts.get(account)?.entries.add(id);
  }

  known(account: string): BackOff<DestinationReceipt> | undefined {
    return this.#accounts.get(account);
  }

  /** Entries that were put off here stay so. */
  adopt(account: string, backOff: BackOff<DestinationReceipt>): void {
    const own = this.#accounts.get(account)?.entries ?? [];
    this.#accounts.set(account, { ...backOff, entries: new Set([...(backOff.entries ?? []), ...own]) });
  }

  /** Ends the back-off: the account sends again, or its cause may be mended. */
  wake(account: string): void {
    for (const entry of this.#accounts.get(account)?.entries ?? []) this.#woken.add(entry);
    this.#accounts.delete(account);
    this.#deferred.delete(account);
  }

  /** Any change may have mended the cause. */
  wakeAll(): void {
    for (const account of [...this.#accounts.keys()]) this.wake(account);
    this.#deferred.clear();
  }

  /** Entries that were put off and whose account has been woken, until `areDue` says that the Outbox knows. */
  get woken(): ReadonlySet<number> {
    return this.#woken;
  }

  areDue(entries: ReadonlySet<number>): void {
    for (const entry of entries) this.#woken.delete(entry);
  }

  #begin(account: string, cause: DestinationReceipt, code: string): void {
    const before = this.#accounts.get(account);
    const failures = (before?.failures ?? 0) + 1;
    const until = this.clock.monotonic() + accountWait(code, failures);
    this.#accounts.set(account, { failures, until, cause, entries: before?.entries ?? new Set() });
    this.#deferred.delete(account);
  }
}
