// onFetch: one account's part of a round. The taps do the talking with the ISP; intake takes what they bring.
import { type AccountView, type FetchReport, type FetchRequest, PostroomError, type RoundReason, sentenceOf } from '@postroom/sdk';
import { ActivityLog, Clock, createServiceId, Events, Journal, Log } from '@postroom/sdk/services';
import { HookCall } from '../hooking/hookCall.js';
import { HostHooks } from '../hooks.js';
import { DiskSpace } from '../upkeep/diskSpace.js';
import { IntakeStep } from './intake.js';
import { fetchWait } from './retry.js';
import { WaitingNoticeStep } from './waitingNotice.js';

export interface FetchStep {
  /** Never rejects: what went wrong stands in the report. */
  fetch(account: AccountView, reason: RoundReason, signal: AbortSignal): Promise<FetchReport>;
  /** What the account failed for may be mended: it rests no longer. */
  wake(account: string): void;
}
export const FetchStep = createServiceId<FetchStep>('FetchStep');

interface Rest {
  readonly failures: number;
  /** Monotonic milliseconds. */
  readonly until: number;
  readonly message: string;
}

export class HookFetchStep implements FetchStep {
  readonly #resting = new Map<string, Rest>();
  /** What each account's last report complained about. */
  readonly #told = new Map<string, readonly string[]>();

  constructor(
    @HostHooks private readonly hooks: HostHooks,
    @IntakeStep private readonly intake: IntakeStep,
    @Journal private readonly journal: Journal,
    @Clock private readonly clock: Clock,
    @Events private readonly events: Events,
    @ActivityLog private readonly activity: ActivityLog,
    @DiskSpace private readonly room: DiskSpace,
    @WaitingNoticeStep private readonly notices: WaitingNoticeStep,
    @Log private readonly log: Log,
  ) {
    // Whatever was changed may have been the cause.
    events.on((event) => {
      if (event.type === 'settings') {
        this.#resting.clear();
      }
    });
  }

  async fetch(account: AccountView, reason: RoundReason, signal: AbortSignal): Promise<FetchReport> {
    const rest = this.#resting.get(account.id);
    if (reason !== 'user' && rest !== undefined && rest.until > this.clock.monotonic()) {
      return failed('isp/temporary', `${account.id} rests after a failure: ${rest.message}`);
    }
    const noRoom = await this.room.problem();
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
    this.#remember(account, report);
    return report;
  }

  wake(account: string): void {
    this.#resting.delete(account);
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

  /** An account that fails rests longer and longer. */
  #remember(account: AccountView, report: FetchReport): void {
    this.#tell(account, report);
    const whole = report.failed.find((problem) => problem.uidl === undefined);
    const before = this.#resting.get(account.id);
    if (whole === undefined && report.retryAfter === undefined) {
      this.#resting.delete(account.id);
      return;
    }
    const failures = (before?.failures ?? 0) + 1;
    const asked = report.retryAfter === undefined ? 0 : report.retryAfter.getTime() - this.clock.now().getTime();
    const wait = Math.max(asked, whole === undefined ? 0 : fetchWait(whole.code, failures));
    this.#resting.set(account.id, {
      failures,
      until: this.clock.monotonic() + wait,
      message: whole?.message ?? 'The ISP asked to come back later.',
    });
  }
}

function failed(code: string, message: string): FetchReport {
  return { fetched: 0, stored: 0, duplicates: 0, failed: [{ code, message }] };
}
