// Keeps what was learned about each account's ISP: in memory for the taps, in the plugin's state for the next start.
import type { Logger, PluginStorage } from '@postroom/sdk';
import { type IspKnowledge, NOTHING_KNOWN } from './ispHosts.js';

const PREFIX = 'isp/';

export class IspMemory {
  readonly #known = new Map<string, IspKnowledge>();

  constructor(
    private readonly state: PluginStorage,
    private readonly log: Logger,
  ) {}

  /** Reads what earlier runs learned. */
  async load(): Promise<void> {
    for (const key of await this.state.keys(PREFIX)) {
      this.#known.set(key.slice(PREFIX.length), (await this.state.get(key)) as IspKnowledge);
    }
  }

  get(account: string): IspKnowledge {
    return this.#known.get(account) ?? NOTHING_KNOWN;
  }

  get accounts(): readonly string[] {
    return [...this.#known.keys()];
  }

  /** Does not wait for the commit: that one may be waiting for the message being sorted. What is lost in a crash is learned again. */
  learn(account: string, known: IspKnowledge): void {
    if (known === this.get(account)) return;
    this.#known.set(account, known);
    this.state
      .set(PREFIX + account, known)
      .catch((error: unknown) => this.log.warn('What was learned about the ISP could not be kept.', { account, error: String(error) }));
  }

  async forget(account: string): Promise<void> {
    this.#known.delete(account);
    await this.state.delete(PREFIX + account);
  }
}
