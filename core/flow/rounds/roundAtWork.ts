// A round while it runs: the Outbox is flushed and every account fetched, at the same time. A Send/Receive that a person asks for meanwhile joins it.
import type { AccountView, FetchReport, RoundReason } from '@postroom/sdk';
import type { Clock, RoundReport } from '@postroom/sdk/services';
import type { FetchStep } from '../fetching/fetch.js';
import type { HeldMailStep } from '../held/heldMail.js';
import type { RelayCounts, RelayStep } from '../sending/relay.js';
import { AccountPlaces } from './accountPlaces.js';

export interface RoundSteps {
  readonly heldMail: HeldMailStep;
  readonly relay: RelayStep;
  readonly fetch: FetchStep;
}

export class RoundAtWork {
  readonly #places: AccountPlaces;
  /** Of the accounts that have had a turn. */
  readonly #reports = new Map<string, FetchReport>();
  /** Accounts that another server collected when they had theirs. */
  readonly #leftOut = new Set<string>();
  /** Accounts that wait for a turn, or have it. */
  readonly #inLine = new Set<string>();
  /** Accounts that a person asked for: they are tried though they back off after a failure. */
  readonly #asked = new Set<string>();
  readonly #work: Promise<void>[] = [];
  readonly #failures: unknown[] = [];
  #counts: RelayCounts = { sent: 0, deferred: 0, bounced: 0 };
  #sending = Promise.resolve();
  #isOver = false;

  constructor(
    private readonly steps: RoundSteps,
    readonly reason: RoundReason,
    private readonly accounts: readonly AccountView[],
    private readonly signal: AbortSignal,
    clock: Clock,
  ) {
    this.#places = new AccountPlaces(clock);
  }

  /**
   * Whether a request can wait for this round's end and has what it asked for then. For a person's, the Outbox is flushed once more, and accounts that
   * backed off or fail get another turn.
   */
  join(reason: RoundReason, wanted: readonly string[]): boolean {
    if (this.#isOver || !wanted.every((id) => this.accounts.some((account) => account.id === id))) return false;
    if (reason === 'user') this.#obey(wanted);
    return true;
  }

  /** All to their ends, though one fails: a round that ended before its work did would overlap the next. */
  async run(): Promise<Pick<RoundReport, 'sent' | 'deferred' | 'bounced' | 'accounts'>> {
    this.#add(this.#begin());
    // Work that is added meanwhile comes last in the array, and is waited for too.
    for (const part of this.#work) await part;
    this.#isOver = true;
    if (this.#failures.length > 0) throw this.#failures[0];
    const accounts = this.accounts.flatMap(({ id }) => {
      const report = this.#reports.get(id);
      return report === undefined ? [] : [{ account: id, ...report }];
    });
    return { ...this.#counts, accounts };
  }

  async #begin(): Promise<void> {
    await this.steps.heldMail.retryHeld({ patienceMs: 0 });
    this.#flush(this.reason);
    for (const account of this.accounts) this.#add(this.#fetch(account));
  }

  #obey(wanted: readonly string[]): void {
    for (const id of wanted) this.#asked.add(id);
    this.#flush('user');
    for (const account of this.accounts.filter(({ id }) => wanted.includes(id) && !this.#inLine.has(id))) {
      if (this.#wasInVain(account.id)) this.#add(this.#fetch(account));
    }
  }

  /** One after the other, so that no account has two sessions with its ISP. */
  #flush(reason: RoundReason): void {
    this.#sending = this.#sending.then(async () => {
      const { sent, deferred, bounced } = await this.steps.relay.flush(reason, this.signal);
      const before = this.#counts;
      this.#counts = { sent: before.sent + sent, deferred: before.deferred + deferred, bounced: before.bounced + bounced };
    });
    this.#add(this.#sending);
  }

  async #fetch(account: AccountView): Promise<void> {
    const { id } = account;
    this.#inLine.add(id);
    await this.#places.take(async (heard) => {
      let reason: RoundReason;
      do {
        if (this.signal.aborted) return;
        reason = this.#asked.has(id) ? 'user' : this.reason;
        const report = await this.steps.fetch.fetch(account, reason, this.signal, heard);
        if (report === undefined) this.#leftOut.add(id);
        else {
          this.#leftOut.delete(id);
          this.#reports.set(id, joined(this.#reports.get(id), report));
        }
        // Somebody may have asked since it began.
      } while (reason !== 'user' && this.#asked.has(id) && this.#wasInVain(id));
    });
    this.#inLine.delete(id);
  }

  #wasInVain(id: string): boolean {
    return this.#leftOut.has(id) || isInVain(this.#reports.get(id));
  }

  #add(part: Promise<void>): void {
    this.#work.push(part.catch((error: unknown) => void this.#failures.push(error)));
  }
}

/** True if nothing was fetched because the account backed off or failed. Single failed messages do not count. */
function isInVain(report: FetchReport | undefined): boolean {
  return report?.failed.some(({ uidl }) => uidl === undefined) === true;
}

/** Of two turns: what both brought, and what went wrong in the last. */
function joined(before: FetchReport | undefined, now: FetchReport): FetchReport {
  if (before === undefined) return now;
  const { fetched, stored, duplicates } = before;
  return { ...now, fetched: fetched + now.fetched, stored: stored + now.stored, duplicates: duplicates + now.duplicates };
}
