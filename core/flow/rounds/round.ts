// One send/receive: held mail is sorted again, then the Outbox is flushed and every account fetched, at the same time: an ISP that takes no mail must not
// keep users from getting theirs. Rounds never overlap; roundAtWork.ts is one of them.
import { setMaxListeners } from 'node:events';
import { type Disposable, type FetchProblem, PostroomError, type RoundReason } from '@postroom/sdk';
import { Accounts, ActivityLog, Clock, Events, Licence, type RoundReport, type Rounds } from '@postroom/sdk/services';
import { inject } from '../../base/inject.js';
import { FetchStep } from '../fetching/fetch.js';
import { HeldMailStep } from '../held/heldMail.js';
import { RelayStep } from '../sending/relay.js';
import { RoundAtWork } from './roundAtWork.js';

interface RunningRound {
  readonly round: RoundAtWork;
  readonly report: Promise<RoundReport>;
}

export class RoundRunner implements Rounds, Disposable {
  #running: RunningRound | undefined;
  readonly #stopping = new AbortController();

  constructor(
    @Accounts private readonly accounts: Accounts,
    @Licence private readonly licence: Licence,
    @inject(HeldMailStep) private readonly heldMail: HeldMailStep,
    @inject(RelayStep) private readonly relay: RelayStep,
    @inject(FetchStep) private readonly fetch: FetchStep,
    @Clock private readonly clock: Clock,
    @Events private readonly events: Events,
    @ActivityLog private readonly activity: ActivityLog,
  ) {
    // Every account that is sent or fetched for listens, and lets go at its end: as many as there are accounts are no leak.
    setMaxListeners(0, this.#stopping.signal);
  }

  /** A request joins a running round that has its accounts, and waits for the end of one that has not. */
  async run(reason: RoundReason, accounts?: readonly string[]): Promise<RoundReport> {
    const wanted = accounts ?? this.accounts.all.map(({ id }) => id);
    for (let running = this.#running; running !== undefined; running = this.#running) {
      if (running.round.join(reason, wanted)) return running.report;
      await running.report.catch(() => undefined);
    }
    this.#stopping.signal.throwIfAborted();
    const { verdict } = this.licence;
    if (!verdict.granted) {
      throw new PostroomError('licence/denied', `No send/receive: ${verdict.reason} ${verdict.remedy}`);
    }
    const chosen = this.accounts.all.filter(({ id }) => wanted.includes(id));
    const steps = { heldMail: this.heldMail, relay: this.relay, fetch: this.fetch };
    const round = new RoundAtWork(steps, reason, chosen, this.#stopping.signal, this.clock);
    const report = this.#run(round).finally(() => {
      this.#running = undefined;
    });
    this.#running = { round, report };
    return report;
  }

  wake(account: string): void {
    this.fetch.wake(account);
    this.relay.wake(account);
  }

  /** Cancels the round that runs, and waits for it. */
  async dispose(): Promise<void> {
    this.#stopping.abort(new PostroomError('isp/temporary', 'The server stops.'));
    await this.#running?.report.catch(() => undefined);
  }

  async #run(round: RoundAtWork): Promise<RoundReport> {
    const { reason } = round;
    const startedAt = this.clock.now();
    this.events.emit({ type: 'round', state: 'started', reason });
    try {
      const report: RoundReport = { startedAt, ...(await round.run()), endedAt: this.clock.now() };
      this.#note(reason, report);
      this.events.emit({ type: 'round', state: 'ended', reason, report });
      return report;
    } catch (error) {
      this.events.emit({ type: 'round', state: 'ended', reason });
      throw error;
    }
  }

  #note(reason: RoundReason, report: RoundReport): void {
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
        failed: report.accounts.reduce((sum, entry) => sum + entry.failed.length, 0),
      },
    });
  }
}

function total(report: RoundReport, key: 'fetched' | 'stored'): number {
  return report.accounts.reduce((sum, entry) => sum + entry[key], 0);
}

/** What a round came to, for people. */
export function sentenceForRound(report: RoundReport): string {
  const isTrouble = ({ code }: FetchProblem): boolean => code !== 'lease/lost';
  const problems = report.accounts.filter(({ failed }) => failed.some(isTrouble)).map(({ account }) => account);
  const trouble = problems.length === 0 ? '' : ` Trouble with ${problems.join(', ')}.`;
  return `Send/Receive: ${report.sent} sent, ${total(report, 'stored')} collected.${trouble}`;
}
