// onFetch: one account's part of a round. The taps do the talking with the ISP; intake takes what they bring. Of all servers on the store one collects an
// account at a time: accountTurn.ts.
import {
  type AccountView,
  type ErrorCode,
  type FetchReport,
  type FetchRequest,
  PostroomError,
  type RoundReason,
  sentenceOf,
} from '@postroom/sdk';
import { ActivityLog, Clock, Events, Journal, Leases, Log, ServerNode } from '@postroom/sdk/services';
import { CoreState } from '../../base/coreState.js';
import { inject } from '../../base/inject.js';
import { HookCall } from '../../hooking/hookCall.js';
import { HostHooks } from '../../hooks/hooks.js';
import { DiskSpace } from '../intake/diskSpace.js';
import { FetchedMail } from '../intake/fetchedMail.js';
import { PATIENCE_MS } from '../patientLease.js';
import { SharedBackOffs } from '../sharedBackOffs.js';
import { type AccountTurn, takeTurn, turnLost } from './accountTurn.js';
import { FetchBackOff } from './fetchBackOff.js';
import { WaitingNoticeStep } from './waitingNotice.js';

export class FetchStep {
  readonly #backOff: FetchBackOff;
  readonly #backOffs: SharedBackOffs<string>;
  /** What each account's last report complained about. */
  readonly #told = new Map<string, readonly string[]>();

  constructor(
    @HostHooks private readonly hooks: HostHooks,
    @inject(FetchedMail) private readonly intake: FetchedMail,
    @Journal private readonly journal: Journal,
    @Leases private readonly leases: Leases,
    @Clock private readonly clock: Clock,
    @Events private readonly events: Events,
    @ActivityLog private readonly activity: ActivityLog,
    @inject(DiskSpace) private readonly disk: DiskSpace,
    @inject(WaitingNoticeStep) private readonly notices: WaitingNoticeStep,
    @Log private readonly log: Log,
    @inject(CoreState) state: CoreState,
    @ServerNode node: ServerNode,
  ) {
    this.#backOff = new FetchBackOff(clock);
    this.#backOffs = new SharedBackOffs('fetch', node.name, state, clock, this.#backOff);
    // Any change may have mended the cause.
    events.on((event) => {
      if (event.type !== 'settings') return;
      this.#backOff.wakeAll();
      this.#backOffs.end();
    });
  }

  /**
   * Never rejects: what went wrong stands in the report. A person's Send/Receive waits neither for the back-off nor for less than the mail: where another
   * server collects the account, it waits for that. Other rounds leave the account out then: `undefined`. Calls `heard` with each message.
   */
  async fetch(account: AccountView, reason: RoundReason, signal: AbortSignal, heard: () => void): Promise<FetchReport | undefined> {
    const isAsked = reason === 'user';
    // A store that cannot be reached is told of below.
    await this.#backOffs.hear(account.id).catch(() => undefined);
    const cause = isAsked ? undefined : this.#backOff.of(account.id);
    if (cause !== undefined) {
      return failed('isp/temporary', `${account.id} rests after a failure: ${cause}`);
    }
    const noRoom = await this.disk.trouble();
    if (noRoom !== undefined) return this.#withoutTurn(account, noRoom);
    try {
      const turn = await this.#takeTurn(account.id, isAsked, signal);
      if (turn === undefined) return isAsked ? collectedElsewhere(account) : undefined;
      try {
        return await this.#collect(account, reason, turn, heard);
      } finally {
        await turn.dispose();
      }
    } catch (error) {
      return this.#withoutTurn(account, error);
    }
  }

  #takeTurn(account: string, isPatient: boolean, signal: AbortSignal): Promise<AccountTurn | undefined> {
    const { leases, clock } = this;
    return takeTurn(account, { isPatient, signal }, { leases, clock });
  }

  /** The store is in the way: the ISP is not to blame, and the account does not back off. */
  #withoutTurn(account: AccountView, error: unknown): FetchReport {
    const report = failed(codeOf(error, 'store/failed'), sentenceOf(error));
    this.#tell(account, report);
    return report;
  }

  async #collect(account: AccountView, reason: RoundReason, turn: AccountTurn, heard: () => void): Promise<FetchReport> {
    const emit = (state: 'started' | 'progress' | 'ended', done: number, total: number, octets: number): void =>
      this.events.emit({ type: 'fetch', account: account.id, state, done, total, octets });
    emit('started', 0, 0, 0);
    const intake = turn.intake(this.intake.forAccount(account, turn.fence));
    const request: FetchRequest = {
      account,
      reason,
      intake: {
        accept: (octets, from) => {
          heard();
          return intake.accept(octets, from);
        },
      },
      journal: turn.journal(this.journal.forAccount(account.id, turn.fence)),
      tell: (message) => turn.watch(this.notices.tell(account, message, turn.fence)),
      progress: (done, total, octets) => {
        heard();
        emit('progress', done, total, octets);
      },
    };
    const report = await this.#ask(request, turn.signal);
    emit('ended', report.fetched, report.fetched, 0);
    if (turn.isLost) return this.#lost(account, report);
    this.#tell(account, report);
    this.#backOff.tried(account.id, report);
    // What is not noted costs the ISP one more try, by another server.
    await this.#backOffs.note(account.id).catch(() => undefined);
    return report;
  }

  /** No failure of the account: its mail is being collected, and nobody has to do anything. */
  #lost(account: AccountView, report: FetchReport): FetchReport {
    const { code, message } = turnLost(account.id);
    this.log.warn(message, { account: account.id });
    return { ...report, failed: [{ code, message }] };
  }

  /** What the account failed for may be mended: its back-off ends. */
  wake(account: string): void {
    this.#backOff.wake(account);
    this.#backOffs.end(account);
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
      return failed(codeOf(error, 'isp/unreachable'), sentenceOf(error));
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

/** A person has waited, and hears why nothing came of it. */
function collectedElsewhere({ id }: AccountView): FetchReport {
  const minutes = PATIENCE_MS / 60_000;
  return failed('isp/in-use', `Another server has been collecting ${id} for ${minutes} minutes. What it collects is here all the same.`);
}

function codeOf(error: unknown, otherwise: ErrorCode): ErrorCode {
  return error instanceof PostroomError ? error.code : otherwise;
}

function failed(code: string, message: string): FetchReport {
  return { fetched: 0, stored: 0, duplicates: 0, failed: [{ code, message }] };
}
