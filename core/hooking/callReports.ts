// What a hook tells of its calls: the plugin host counts failures and shows them. Rehearsals and cancelled calls are not reported.
import type { MailView } from '@postroom/sdk';
import type { TapFailure } from './guard.js';
import type { HookCall, HookStep } from './hookCall.js';

/** Hears how calls went; the plugin host implements it. */
export interface CallReporter {
  /** A call is over: counts each tap's part in it, failures and successes. `message`: the number of the message that it was about. */
  noteCall(steps: readonly Pick<HookStep, 'plugin' | 'failure'>[], message?: string): void;
  /** Counts one failure. */
  tapFailed(failure: TapFailure, message?: string): void;
  /** Shows and logs a sentence; counts nothing. */
  noteProblem(plugin: string, sentence: string): void;
}

/** The message that a call is about, as far as reports need it. */
export type ReportedMail = Pick<MailView, 'id' | 'rehearsal'>;

export interface ReportOptions<Result> {
  /** The message among the arguments of a call, for hooks that are about one. */
  readonly mailOf?: (...args: never[]) => ReportedMail | undefined;
  /** `show`: failures are only shown, in every call of the hook. Default: they count. */
  readonly failures?: 'count' | 'show';
  /** What is odd about an answer that is used all the same: the end of the sentence "PLUGIN answered ...". `before` is the call's first argument. */
  readonly remark?: (answer: Result, before: unknown) => string | undefined;
}

export class CallReports<Result> {
  #reporter: CallReporter | undefined;

  constructor(private readonly options: ReportOptions<Result>) {}

  /** From now on. */
  to(reporter: CallReporter): void {
    this.#reporter = reporter;
  }

  /** The call is over. */
  send(args: readonly unknown[], call: HookCall): void {
    const reporter = this.#reporter;
    if (reporter === undefined) return;
    const { mailOf, failures, remark } = this.options;
    const mail = mailOf?.apply(undefined, args as never[]);
    if (mail?.rehearsal === true) return;
    for (const { plugin, answer, before } of remark === undefined ? [] : call.steps) {
      const odd = answer === undefined ? undefined : remark?.(answer as Result, before);
      if (odd !== undefined) reporter.noteProblem(plugin, `${plugin} answered ${odd}`);
    }
    if (call.signal?.aborted === true || call.rules?.isExcused?.() === true) return;
    if (failures !== 'show' && call.rules?.isPreview !== true) reporter.noteCall(call.steps, mail?.id);
    else for (const { plugin, message } of call.failures) reporter.noteProblem(plugin, message);
  }

  /** The caller could not use the answer of a tap. */
  blame({ tap, plugin, milliseconds }: HookStep, reason: string, mail: ReportedMail): void {
    if (mail.rehearsal) return;
    this.#reporter?.tapFailed({ tap, plugin, code: 'plugin/bad-answer', message: `${tap}: ${reason}`, milliseconds }, mail.id);
  }
}
