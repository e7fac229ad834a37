// Keeps what was learned about each account's ISP: in memory for the taps, in the plugin's state for the next start and for other servers.
import type { Disposable, Logger, PluginStorage } from '@postroom/sdk';
import { KeptEntries } from '@postroom/sdk/base';
import type { Clock } from '@postroom/sdk/services';
import { type IspKnowledge, NOTHING_KNOWN } from './ispHosts.js';

export class IspMemory implements Disposable {
  readonly #known: KeptEntries<IspKnowledge>;

  constructor(
    state: PluginStorage,
    clock: Clock,
    private readonly log: Logger,
  ) {
    this.#known = new KeptEntries(state, 'isp/', clock);
  }

  /** Reads what earlier runs learned. */
  load(): Promise<void> {
    return this.#known.load();
  }

  dispose(): void {
    this.#known.dispose();
  }

  get(account: string): IspKnowledge {
    return this.#known.get(account) ?? NOTHING_KNOWN;
  }

  get accounts(): readonly string[] {
    return this.#known.names;
  }

  /**
   * `more`: what is known after a message, by what was known before; it may be asked again. Does not wait for the commit: that one may be waiting for the
   * message being sorted. What is lost in a crash is learned again.
   */
  learn(account: string, more: (known: IspKnowledge) => IspKnowledge): void {
    this.#known
      .change(account, (known) => {
        const after = more(known ?? NOTHING_KNOWN);
        return after === NOTHING_KNOWN ? known : after;
      })
      .catch((error: unknown) => this.log.warn('What was learned about the ISP could not be kept.', { account, error: String(error) }));
  }

  forget(account: string): Promise<void> {
    return this.#known.change(account, () => undefined);
  }
}
