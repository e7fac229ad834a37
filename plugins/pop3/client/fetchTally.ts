// What one account's round comes to, counted as it happens.
import type { Accepted, ErrorCode, FetchProblem, FetchReport, FetchRequest } from '@postroom/sdk';

/** Messages whose trouble is told one by one. What a hostile server lists could fill the Log otherwise. */
const MOST_PROBLEMS = 200;

export class FetchTally {
  readonly #progress: FetchRequest['progress'];
  readonly #failed = new Map<string, FetchProblem>();
  #fetched = 0;
  #stored = 0;
  #duplicates = 0;
  #octets = 0;
  #total = 0;
  #renamed = 0;
  #untold = 0;
  #retryAfter: Date | undefined;
  readonly #alerts = new Map<string, string>();

  constructor(progress: FetchRequest['progress']) {
    this.#progress = progress;
  }

  get fetched(): number {
    return this.#fetched;
  }

  /** Messages that came under a new id and were stored here under another. */
  get renamed(): number {
    return this.#renamed;
  }

  /** `more` messages are to be read from here on. */
  expect(more: number): void {
    this.#total = this.#fetched + more;
    this.#progress(this.#fetched, this.#total, this.#octets);
  }

  /** `uidl`: the id that the message has now. */
  accepted(accepted: Accepted, uidl: string): void {
    if (accepted.formerUidl !== undefined && accepted.formerUidl !== uidl) this.#renamed += 1;
    this.#fetched += 1;
    this.#octets += accepted.size;
    const isDuplicate = accepted.disposition === 'deliver' && accepted.mailboxes.length === 0 && accepted.duplicates > 0;
    if (isDuplicate) this.#duplicates += 1;
    else this.#stored += 1;
    this.#progress(this.#fetched, Math.max(this.#total, this.#fetched), this.#octets);
  }

  /** Notes what did not work; once for a message, however many sessions of the round meet it. */
  problem(code: ErrorCode, message: string, uidl?: string): void {
    if (uidl !== undefined && !this.#failed.has(uidl) && this.#failed.size >= MOST_PROBLEMS) {
      this.#untold += 1;
      return;
    }
    this.#failed.set(uidl ?? `account ${code}`, { code, message, ...(uidl === undefined ? {} : { uidl }) });
  }

  /** What the administrator should know; the last word on a topic counts. */
  alert(topic: string, sentence: string): void {
    this.#alerts.set(topic, sentence);
  }

  pauseUntil(date: Date): void {
    if (this.#retryAfter === undefined || date > this.#retryAfter) this.#retryAfter = date;
  }

  /** As of one more message: the account itself works. */
  #rest(): readonly FetchProblem[] {
    if (this.#untold === 0) return [];
    return [{ code: 'isp/message', message: 'More messages could not be collected, for reasons like these.', uidl: '' }];
  }

  report(): FetchReport {
    const retryAfter = this.#retryAfter;
    return {
      fetched: this.#fetched,
      stored: this.#stored,
      duplicates: this.#duplicates,
      failed: [...this.#failed.values(), ...this.#rest()],
      ...(this.#alerts.size === 0 ? {} : { alerts: [...this.#alerts.values()] }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    };
  }
}
