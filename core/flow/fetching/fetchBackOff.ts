// The back-off of accounts that could not be fetched: the ISP is left alone longer and longer, so that no wrong password is hammered.
import type { FetchReport } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import { accountWait } from '../accountWait.js';
import type { BackOff, BackOffHolder } from '../sharedBackOffs.js';

/** Causes are sentences. */
export class FetchBackOff implements BackOffHolder<string> {
  readonly #accounts = new Map<string, BackOff<string>>();

  constructor(private readonly clock: Clock) {}

  /** What the account failed for, while it is backing off. */
  of(account: string): string | undefined {
    const backOff = this.#accounts.get(account);
    return backOff !== undefined && backOff.until > this.clock.monotonic() ? backOff.cause : undefined;
  }

  /**
   * What came of a try. An account that failed as a whole backs off, as does one whose ISP asked for it; single messages that could not be collected are
   * no failure of the account.
   */
  tried(account: string, { failed, retryAfter }: FetchReport): void {
    const whole = failed.find(({ uidl }) => uidl === undefined);
    if (whole === undefined && retryAfter === undefined) {
      this.#accounts.delete(account);
      return;
    }
    const failures = (this.#accounts.get(account)?.failures ?? 0) + 1;
    const asked = retryAfter === undefined ? 0 : retryAfter.getTime() - this.clock.now().getTime();
    const wait = Math.max(asked, whole === undefined ? 0 : accountWait(whole.code, failures));
    const cause = whole?.message ?? 'The ISP asked to come back later.';
    this.#accounts.set(account, { failures, until: this.clock.monotonic() + wait, cause });
  }

  known(account: string): BackOff<string> | undefined {
    return this.#accounts.get(account);
  }

  adopt(account: string, backOff: BackOff<string>): void {
    this.#accounts.set(account, backOff);
  }

  /** Ends the back-off of an account, whose cause may be mended. */
  wake(account: string): void {
    this.#accounts.delete(account);
  }

  wakeAll(): void {
    this.#accounts.clear();
  }
}
