// Settings that are tried out before they are saved: in force for one piece of work and all that it calls, and for nothing else.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { GoodSettings } from '../checking/loadSettings.js';

export class DraftSettings {
  readonly #storage = new AsyncLocalStorage<GoodSettings>();
  #running = 0;

  /** The draft that the caller works under; `undefined` where it works under the settings in force. */
  get settings(): GoodSettings | undefined {
    return this.#running === 0 ? undefined : this.#storage.getStore();
  }

  async during<T>(draft: GoodSettings, work: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await this.#storage.run(draft, work);
    } finally {
      this.#running -= 1;
      // Following promises costs every promise of the process; only a what-if pays for it.
      if (this.#running === 0) this.#storage.disable();
    }
  }
}
