// Unhandled errors of plugins: thrown in a timer or a listener, a promise that was rejected and forgotten. Inside the host they would end the process,
// and the mail service with it; whose they are can be told from where they were thrown.
import { types } from 'node:util';
import { type Disposable, sentenceOf } from '@postroom/sdk';
import { Clock, Events, Log } from '@postroom/sdk/services';
import { inject } from '../../base/inject.js';
import { runsInHost } from '../manifests/discovery.js';
import { PluginRecords } from '../pluginRecords.js';
import { HostSupervision } from './hostSupervision.js';
import { ThrownValues } from './thrownValues.js';

export class UnhandledErrors {
  readonly #thrownValues = new ThrownValues();

  constructor(
    @inject(PluginRecords) private readonly records: PluginRecords,
    @inject(HostSupervision) private readonly supervision: HostSupervision,
    @Events private readonly events: Events,
    @Clock private readonly clock: Clock,
    @Log private readonly log: Log,
  ) {}

  /** Sentences about what could not be put down to one plugin. */
  get problems(): readonly string[] {
    return this.#thrownValues.problems(this.clock.monotonic());
  }

  /** Notes it with the plugin whose code threw it, or with all that may have where its stack does not tell. False: it is no plugin's. */
  note(error: unknown): boolean {
    if (!isError(error)) {
      this.#noteValue(error);
      return true;
    }
    // An error may have any value there.
    const stack: unknown = error.stack;
    const plugin = typeof stack === 'string' ? this.supervision.culprit(stack) : undefined;
    if (plugin === undefined) return false;
    this.supervision.noteProblem(plugin, `An error that ${plugin} did not handle: ${sentenceOf(error)}`);
    return true;
  }

  #noteValue(value: unknown): void {
    const suspects = this.records.all
      .filter(({ installed, state }) => runsInHost(installed) && state !== 'disabled' && installed.manifest?.main !== undefined)
      .map(({ installed }) => installed.id);
    const sentence = this.#thrownValues.add(value, suspects, this.clock.monotonic());
    if (sentence === undefined) return;
    this.log.error(sentence, { suspects });
    this.events.emit({ type: 'problem', source: 'plugins', sentence });
  }
}

/** Also of another realm, as of node:vm. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** Handles what would end the process. `note` as above; `onOwn`: an error of the server itself, after which nothing can be relied on. */
export function catchUnhandled(note: (error: unknown) => boolean, onOwn: (error: unknown) => void): Disposable {
  const caught = (error: unknown): void => {
    if (!note(error)) onOwn(error);
  };
  process.on('uncaughtException', caught);
  // Node would hand what a promise was rejected with to the former, but wrapped into an error where it is none.
  process.on('unhandledRejection', caught);
  return {
    dispose: () => {
      process.off('uncaughtException', caught);
      process.off('unhandledRejection', caught);
    },
  };
}
