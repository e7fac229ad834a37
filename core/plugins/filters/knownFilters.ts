// Remembers the fail-closed plugins that have run here, so that a filter whose files or manifest are lost is missed, not forgotten.
import { isDeepStrictEqual } from 'node:util';
import type { CoreState } from '../../base/coreState.js';
import type { Enablement } from '../start/enablement.js';

export interface RunningPlugin {
  readonly id: string;
  /** The entry of `plugins.enabled` that brought it. */
  readonly broughtBy: string;
  readonly failsClosed: boolean;
  readonly bundled: boolean;
}

export class KnownFilters {
  /** By id: the entry of `plugins.enabled` that brought it, itself or a pack. */
  #known: ReadonlyMap<string, string> = new Map();
  #isLoaded = false;

  /** `state` is asked for when it is used: the store may come later. */
  constructor(private readonly state: () => CoreState) {}

  get ids(): ReadonlySet<string> {
    return new Set(this.#known.keys());
  }

  /** Before the first use. */
  async load(): Promise<void> {
    if (this.#isLoaded) return;
    this.#known = new Map(Object.entries((await this.state().get('fail-closed')) ?? {}));
    this.#isLoaded = true;
  }

  /**
   * Forgets what an administrator switched off or removed: what the settings ask for no longer. Where a plugin that they do ask for cannot be read,
   * what it brought along is kept. Answers whether there is something to write.
   */
  forget({ asked, unreadable }: Enablement, enabled: readonly string[], disabled: readonly string[]): boolean {
    const isKept = ([id, root]: readonly [string, string]): boolean =>
      asked.has(id) || (unreadable.size > 0 && enabled.includes(root) && !disabled.includes(id));
    return this.#replace(new Map([...this.#known].filter(isKept)));
  }

  /**
   * Takes up what runs. A stranger's version that fails closed no more is known all the same, until an administrator agrees to it. Answers whether there
   * is something to write.
   */
  note(running: Iterable<RunningPlugin>): boolean {
    const next = new Map(this.#known);
    for (const { id, broughtBy, failsClosed, bundled } of running) {
      if (failsClosed) next.set(id, broughtBy);
      else if (bundled) next.delete(id);
    }
    return this.#replace(next);
  }

  /** Forgets one that an administrator removed, though a pack still lists it, or that he lets fail open. */
  remove(id: string): boolean {
    return this.#replace(new Map([...this.#known].filter(([known]) => known !== id)));
  }

  write(): Promise<void> {
    return this.state().set('fail-closed', Object.fromEntries(this.#known));
  }

  #replace(next: ReadonlyMap<string, string>): boolean {
    const before = this.#known;
    this.#known = next;
    return !isDeepStrictEqual(before, next);
  }
}
