// What one account's round comes to, counted as it happens.
import type { Accepted, ErrorCode, FetchProblem, FetchReport, FetchRequest } from '@postroom/sdk';

export class FetchTally {
  readonly #progress: FetchRequest['progress'];
  readonly #failed = new Map<string, FetchProblem>();
  #fetched = 0;
  #stored = 0;
  #duplicates = 0;
  #octets = 0;
  #total = 0;
  #retryAfter: Date | undefined;

  constructor(progress: FetchRequest['progress']) {
    this.#progress = progress;
  }

  get fetched(): number {
    return this.#fetched;
  }

  /** `more` messages are to be read from here on. */
  expect(more: number): void {
    this.#total = this.#fetched + more;
    this.#progress(this.#fetched, this.#total, this.#octets);
  }

  accepted(accepted: Accepted): void {
    this.#fetched += 1;
    this.#octets += accepted.size;
    const isDuplicate = accepted.disposition === 'deliver' && accepted.mailboxes.length === 0 && accepted.duplicates > 0;
    if (isDuplicate) this.#duplicates += 1;
    else this.#stored += 1;
    this.#progress(this.#fetched, Math.max(this.#total, this.#fetched), this.#octets);
  }

  /** Notes what did not work; once for a message, however many sessions of the round meet it. */
  problem(code: ErrorCode, message: string, uidl?: string): void {
    this.#failed.set(uidl ?? `account ${code}`, { code, message, ...(uidl === undefined ? {} : { uidl }) });
  }

  pauseUntil(date: Date): void {
    if (this.#retryAfter === undefined || date > this.#retryAfter) this.#retryAfter = date;
  }

  report(): FetchReport {
    const retryAfter = this.#retryAfter;
    return {
      fetched: this.#fetched,
      stored: this.#stored,
      duplicates: this.#duplicates,
      failed: [...this.#failed.values()],
      ...(retryAfter === undefined ? {} : { retryAfter }),
    };
  }
}
