// One send/receive: what was held is looked at again, then the Outbox is flushed and every account fetched, beside each other: an ISP that takes
// no mail keeps nobody from getting theirs. Rounds never overlap.
import { PostroomError, type RoundReason } from '@postroom/sdk';
import { Accounts, Clock, Events, Licence, type RoundReport, type Rounds } from '@postroom/sdk/services';
import { ActivityLog } from '../store/activityLog.js';
import { FetchStep } from './fetch.js';
import { HeldMailStep } from './heldMail.js';
import { RelayStep } from './relay.js';

/** Accounts that are fetched at the same time. */
const ACCOUNTS_AT_ONCE = 4;

interface RunningRound {
  readonly accounts: readonly string[];
  readonly report: Promise<RoundReport>;
}

export class RoundRunner implements Rounds {
  #running: RunningRound | undefined;
  readonly #stopping = new AbortController();

  constructor(
    @Accounts private readonly accounts: Accounts,
    @Licence private readonly licence: Licence,
    @HeldMailStep private readonly heldMail: HeldMailStep,
    @RelayStep private readonly relay: RelayStep,
    @FetchStep private readonly fetch: FetchStep,
    @Clock private readonly clock: Clock,
    @Events private readonly events: Events,
    @ActivityLog private readonly activity: ActivityLog,
  ) {}

  /** A request joins a running round that has its accounts, and waits for the end of one that has not. */
  async run(reason: RoundReason, accounts?: readonly string[]): Promise<RoundReport> {
    const wanted = accounts ?? this.accounts.all.map(({ id }) => id);
    for (let running = this.#running; running !== undefined; running = this.#running) {
      if (hasAll(running.accounts, wanted)) return running.report;
      await running.report.catch(() => undefined);
    }
    this.#stopping.signal.throwIfAborted();
    const report = this.#run(reason, wanted).finally(() => {
      this.#running = undefined;
    });
    this.#running = { accounts: wanted, report };
    return report;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Cancels the round that runs, and waits for it. */
  async stop(): Promise<void> {
    this.#stopping.abort(new PostroomError('isp/temporary', 'The server stops.'));
    await this.#running?.report.catch(() => undefined);
  }

  async #run(reason: RoundReason, accounts: readonly string[]): Promise<RoundReport> {
    const { verdict } = this.licence;
    if (!verdict.granted) {
      throw new PostroomError('licence/denied', `No send/receive: ${verdict.reason} ${verdict.remedy}`);
    }
    this.events.emit({ type: 'round', state: 'started', reason });
    try {
      const report = await this.#sendAndFetch(reason, accounts);
      this.events.emit({ type: 'round', state: 'ended', reason, report });
      return report;
    } catch (error) {
      this.events.emit({ type: 'round', state: 'ended', reason });
      throw error;
    }
  }

  async #sendAndFetch(reason: RoundReason, accounts: readonly string[]): Promise<RoundReport> {
    const startedAt = this.clock.now();
    await this.heldMail.retryHeld();
    const fetching = this.#fetch(reason, accounts);
    const [sent] = await Promise.allSettled([this.relay.flush(reason, this.#stopping.signal), fetching]);
    if (sent.status === 'rejected') throw sent.reason;
    const sending = sent.value;
    const reports = await fetching;
    const report: RoundReport = { startedAt, endedAt: this.clock.now(), ...sending, accounts: reports };
    this.activity.add({
      kind: 'round',
      account: undefined,
      user: undefined,
      message: undefined,
      text: sentenceForRound(report),
      details: {
        reason,
        sent: report.sent,
        stored: total(report, 'stored'),
        failed: reports.reduce((sum, entry) => sum + entry.failed.length, 0),
      },
    });
    return report;
  }

  async #fetch(reason: RoundReason, accounts: readonly string[]): Promise<RoundReport['accounts']> {
    const chosen = this.accounts.all.filter((account) => accounts.includes(account.id));
    const reports: RoundReport['accounts'][number][] = [];
    const queue = [...chosen];
    const fetchNext = async (): Promise<void> => {
      for (let account = queue.shift(); account !== undefined && !this.#stopping.signal.aborted; account = queue.shift()) {
        reports.push({ account: account.id, ...(await this.fetch.fetch(account, reason, this.#stopping.signal)) });
      }
    };
    await Promise.all(Array.from({ length: ACCOUNTS_AT_ONCE }, fetchNext));
    return reports.sort((a, b) => chosen.findIndex(({ id }) => id === a.account) - chosen.findIndex(({ id }) => id === b.account));
  }
}

function hasAll(running: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((account) => running.includes(account));
}

function total(report: RoundReport, key: 'fetched' | 'stored'): number {
  return report.accounts.reduce((sum, entry) => sum + entry[key], 0);
}

/** What a round came to, for people. */
export function sentenceForRound(report: RoundReport): string {
  const problems = report.accounts.filter((entry) => entry.failed.length > 0).map((entry) => entry.account);
  const trouble = problems.length === 0 ? '' : ` Trouble with ${problems.join(', ')}.`;
  return `Send/Receive: ${report.sent} sent, ${total(report, 'stored')} collected.${trouble}`;
}
