// onFetch: one account's part of a round. The taps do the talking with the ISP; intake takes what they bring.
import { type AccountView, type FetchReport, type FetchRequest, PostroomError, type RoundReason, sentenceOf } from '@postroom/sdk';
import { ActivityLog, Clock, Events, Journal, Log } from '@postroom/sdk/services';
import { inject } from '../../base/inject.js';
import { HookCall } from '../../hooking/hookCall.js';
import { HostHooks } from '../../hooks/hooks.js';
import { DiskSpace } from '../intake/diskSpace.js';
import { FetchedMail } from '../intake/fetchedMail.js';
import { FetchBackOff } from './fetchBackOff.js';
import { WaitingNoticeStep } from './waitingNotice.js';

export class FetchStep {
  readonly #backOff: FetchBackOff;
  /** What each account's last report complained about. */
  readonly #told = new Map<string, readonly string[]>();

  constructor(
    @HostHooks private readonly hooks: HostHooks,
    @inject(FetchedMail) private readonly intake: FetchedMail,
    @Journal private readonly journal: Journal,
    @Clock clock: Clock,
    @Events private readonly events: Events,
    @ActivityLog private readonly activity: ActivityLog,
    @inject(DiskSpace) private readonly disk: DiskSpace,
    @inject(WaitingNoticeStep) private readonly notices: WaitingNoticeStep,
    @Log private readonly log: Log,
  ) {
    this.#backOff = new FetchBackOff(clock);
    // Any change may have mended the cause.
    events.on((event) => {
      if (event.type === 'settings') this.#backOff.wakeAll();
    });
  }

  /** Never rejects: what went wrong stands in the report. A person's Send/Receive does not wait for the back-off. */
  async fetch(account: AccountView, reason: RoundReason, signal: AbortSignal): Promise<FetchReport> {
    const cause = reason === 'user' ? undefined : this.#backOff.of(account.id);
    if (cause !== undefined) {
      return failed('isp/temporary', `${account.id} rests after a failure: ${cause}`);
    }
    const noRoom = await this.disk.problem();
    if (noRoom !== undefined) {
      const report = failed('store/full', noRoom);
      this.#tell(account, report);
      return report;
    }
    const emit = (state: 'started' | 'progress' | 'ended', done: number, total: number, octets: number): void =>
      this.events.emit({ type: 'fetch', account: account.id, state, done, total, octets });
    emit('started', 0, 0, 0);
    const request: FetchRequest = {
      account,
      reason,
      intake: this.intake.forAccount(account),
      journal: this.journal.forAccount(account.id),
      tell: (message) => this.notices.tell(account, message),
      progress: (done, total, octets) => emit('progress', done, total, octets),
    };
    const report = await this.#ask(request, signal);
    emit('ended', report.fetched, report.fetched, 0);
    this.#tell(account, report);
    this.#backOff.tried(account.id, report);
    return report;
  }

  /** What the account failed for may be mended: its back-off ends. */
  wake(account: string): void {
    this.#backOff.wake(account);
  }

  async #ask(request: FetchRequest, signal: AbortSignal): Promise<FetchReport> {
    try {
      await this.journal.followClock();
      const report = await this.hooks.onFetch.promise(request, new HookCall(signal));
      return (
        report ??
        failed('isp/temporary', `No plugin collects mail for ${request.account.id}. "postroom plugins list" shows which are active.`)
      );
    } catch (error) {
      return failed(error instanceof PostroomError ? error.code : 'isp/unreachable', sentenceOf(error));
    }
  }

  /** What the last report said already is not said again. */
  #tell(account: AccountView, report: FetchReport): void {
    const before = this.#told.get(account.id) ?? [];
    const sentences = report.failed.map((problem) => problem.message);
    this.#told.set(account.id, sentences);
    for (const problem of report.failed.filter(({ message }) => !before.includes(message))) {
      this.#say(account, problem.message, { code: problem.code });
    }
    for (const sentence of report.alerts ?? []) this.#say(account, sentence, {});
  }

  #say(account: AccountView, sentence: string, details: Readonly<Record<string, unknown>>): void {
    this.log.warn(sentence, { account: account.id, ...details });
    this.activity.add({ kind: 'problem', account: account.id, user: undefined, message: undefined, text: sentence, details });
    this.events.emit({ type: 'problem', source: account.id, sentence });
  }
}

function failed(code: string, message: string): FetchReport {
  return { fetched: 0, stored: 0, duplicates: 0, failed: [{ code, message }] };
}
