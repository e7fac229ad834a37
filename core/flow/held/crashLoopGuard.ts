// Guards against a crash loop: work on messages of which one may crash the process is noted before it begins, so that the next start knows what was under way.
import type { CoreState } from '../../base/coreState.js';

/** After a crash, messages are retried one by one; a message that crashes the process twice on its own is given up. */
const DEATHS_ALONE = 2;

export class CrashLoopGuard {
  constructor(private readonly state: CoreState) {}

  /**
   * Works on each item in turn. After a crash each is noted before it is begun; one that has crashed the process too often goes to `giveUp` instead.
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
