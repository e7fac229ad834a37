// Work on messages of which one may end the process: written down before it begins, so that the next start knows what was under way.
import type { PluginStorage } from '@postroom/sdk';

/** One death in company with the others, and so many alone, before a message is given up. */
const DEATHS_ALONE = 2;

export class CrashLoopGuard {
  /** `name`: what the entries in the store are called. */
  constructor(
    private readonly name: string,
    private readonly state: PluginStorage,
  ) {}

  /**
   * Works on each item in turn. Where the last time did not come to its end, each is noted by itself before it is begun; one that the process
   * has died of again and again is handed to `giveUp` instead.
   */
  async each<T extends { readonly id: string }>(
    items: readonly T[],
    work: (item: T) => Promise<void>,
    giveUp: (item: T) => Promise<void>,
  ): Promise<void> {
    if (items.length === 0) {
      return;
    }
    const died = (await this.state.get(this.name)) === true;
    if (!died) {
      await this.state.set(this.name, true);
    }
    for (const item of items) {
      await (died ? this.#alone(item, work, giveUp) : work(item));
    }
    await this.state.delete(this.name);
  }

  async #alone<T extends { readonly id: string }>(
    item: T,
    work: (item: T) => Promise<void>,
    giveUp: (item: T) => Promise<void>,
  ): Promise<void> {
    const key = `${this.name}/${item.id}`;
    const deaths = Number((await this.state.get(key)) ?? 0);
    if (deaths >= DEATHS_ALONE) {
      await giveUp(item);
    } else {
      await this.state.set(key, deaths + 1);
      await work(item);
    }
    await this.state.delete(key);
  }
}
