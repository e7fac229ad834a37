// Failures of plugins while they run: shown, logged and counted. A plugin's trouble is a fact about that plugin, never the host's end.
import type { Disposable } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import { Clock, Events, Log } from '@postroom/sdk/services';
import { inject } from '../../base/inject.js';
import type { CallReporter } from '../../hooking/callReports.js';
import type { TapFailure } from '../../hooking/guard.js';
import type { HookStep } from '../../hooking/hookCall.js';
import { runsInHost } from '../manifests/discovery.js';
import { PluginRecords } from '../pluginRecords.js';
import type { FailureReports } from '../runtime/pluginModule.js';
import type { PluginFailure } from './failureTracker.js';

/** A plugin that is to be switched off. */
export interface FailedTooOften {
  readonly plugin: string;
  /** A sentence, without the way back. */
  readonly cause: string;
}

export class PluginFailures implements CallReporter, FailureReports {
  readonly #tooOften = new Listeners<FailedTooOften>();

  constructor(
    @inject(PluginRecords) private readonly records: PluginRecords,
    @Clock private readonly clock: Clock,
    @Log private readonly log: Log,
    @Events private readonly events: Events,
  ) {}

  /** Something went wrong in a plugin's code outside of any call: shown and logged, not counted. */
  noteProblem(plugin: string, sentence: string): void {
    const record = this.records.get(plugin);
    if (record === undefined) return;
    this.log.warn('A plugin failed.', { plugin, problem: sentence });
    // Report each sentence once: a failing timer repeats, and a failing event listener would be triggered by its own report.
    if (record.problems.includes(sentence)) return;
    record.problems = [sentence];
    this.events.emit({ type: 'problem', source: plugin, sentence });
  }

  /**
   * A call failed, or an isolated process ended. Three in five minutes switch the plugin off (`failed`); each message counts once, and calls that
   * failed count no more once one goes well. Not for rehearsals: what somebody only tries out switches nothing off.
   */
  reportFailure(plugin: string, sentence: string, failure: PluginFailure): void {
    const record = this.records.get(plugin);
    if (record === undefined) return;
    this.noteProblem(plugin, sentence);
    if (record.failures.add(this.clock.monotonic(), failure) && record.state === 'active') {
      this.#tooOften.fire({ plugin, cause: `It failed three times in five minutes and was switched off; last: ${sentence}` });
    }
  }

  /**
   * The same for a tap that failed over a message, or over none. Where its process ended, that is reported by itself. Code in the host that does not
   * answer in time is only noted: there is no process to end, and what it waits for may be the disk.
   */
  tapFailed({ plugin, message, incident, code }: TapFailure, mail?: string): void {
    const installed = this.records.get(plugin)?.installed;
    const isHost = installed !== undefined && runsInHost(installed);
    if (incident !== undefined || (isHost && code === 'plugin/timeout')) this.noteProblem(plugin, message);
    else this.reportFailure(plugin, message, { kind: 'call', messages: mail === undefined ? [] : [mail] });
  }

  noteCall(steps: readonly Pick<HookStep, 'plugin' | 'failure'>[], message?: string): void {
    for (const { plugin, failure } of steps) {
      if (failure === undefined) this.records.get(plugin)?.failures.succeeded();
      else this.tapFailed(failure, message);
    }
  }

  onDidFailTooOften(listener: (failed: FailedTooOften) => void): Disposable {
    return this.#tooOften.add(listener);
  }
}
