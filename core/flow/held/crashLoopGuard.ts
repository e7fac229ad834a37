// Work on messages of which one may end the process: written down before it begins, so that the next start knows what was under way.
import type { CoreState } from '../../base/coreState.js';

/** A message that ended the process in the company of others is suspected; one that did so twice more on its own is given up. */
const DEATHS_ALONE = 2;

export class CrashLoopGuard {
  constructor(private readonly state: CoreState) {}

  /**
   * Works on each item in turn. After a crash the items are worked on one by one, each noted before it is begun; one that ended the process twice on its
   * own goes to `giveUp` instead.
   */
  async each<T extends { readonly id: string }>(
    items: readonly T[],
    work: (item: T) => Promise<void>,
    giveUp: (item: T) => Promise<void>,
  ): Promise<void> {
    if (items.length === 0) {
      return;
    }
    const hasCrashed = (await this.state.get('resorting')) === true;
    if (!hasCrashed) {
      await this.state.set('resorting', true);
    }
    for (const item of items) {
      await (hasCrashed ? this.#alone(item, work, giveUp) : work(item));
    }
    await this.state.delete('resorting');
  }

  async #alone<T extends { readonly id: string }>(
    item: T,
    work: (item: T) => Promise<void>,
    giveUp: (item: T) => Promise<void>,
  ): Promise<void> {
    const key = `resorting/${item.id}` as const;
    const deaths = (await this.state.get(key)) ?? 0;
    if (deaths >= DEATHS_ALONE) {
      await giveUp(item);
    } else {
      await this.state.set(key, deaths + 1);
      await work(item);
    }
    await this.state.delete(key);
  }
}
