// Work of plugins that has its place in the start: when all of them are active, and before mail moves.
import { type Disposable, type MaybePromise, sentenceOf } from '@postroom/sdk';
import { Log, type Startup } from '@postroom/sdk/services';
import { inject } from '../../base/inject.js';
import { PluginHost } from '../pluginHost.js';

type Work = () => MaybePromise<void>;

export class StartupWork implements Startup {
  /** In the order of asking. `undefined` once the plugins are active. */
  #waiting: Set<{ readonly work: Work }> | undefined = new Set();

  constructor(
    @inject(PluginHost) private readonly host: PluginHost,
    @Log private readonly log: Log,
  ) {}

  whenActive(work: Work): Disposable {
    const waiting = this.#waiting ?? new Set();
    const item = { work };
    waiting.add(item);
    // Its plugin is being switched on at this moment, others perhaps with it.
    if (this.#waiting === undefined) void this.host.settled().then(() => this.#runAll(waiting));
    return { dispose: () => void waiting.delete(item) };
  }

  /** The plugins are active. Resolves when all that waited for that has ended. */
  async begin(): Promise<void> {
    const waiting = this.#waiting ?? new Set();
    this.#waiting = undefined;
    await this.#runAll(waiting);
  }

  async #runAll(waiting: Set<{ readonly work: Work }>): Promise<void> {
    for (const item of waiting) {
      try {
        await item.work();
      } catch (error) {
        this.log.error('Something that belongs to the start failed; the server goes on without it.', { error: sentenceOf(error) });
      }
    }
  }
}
