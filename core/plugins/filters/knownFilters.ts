// Remembers the fail-closed plugins that have run here, or on another server on the store, so that a filter whose files or manifest are lost is missed, not
// forgotten. All servers have one list: each adds and takes away what it knows of, and never writes the whole.
import type { CoreState } from '../../base/coreState.js';
import type { Enablement } from '../start/enablement.js';

export interface RunningPlugin {
  readonly id: string;
  /** The entry of `plugins.enabled` that brought it. */
  readonly broughtBy: string;
  readonly failsClosed: boolean;
  readonly bundled: boolean;
}

/** By id: the entry of `plugins.enabled` that brought it, itself or a pack. */
type Known = ReadonlyMap<string, string>;

export class KnownFilters {
  #known: Known = new Map();
  #isLoaded = false;
  /** What is still to be written: ids with the entry that brought them; `undefined` takes one away. */
  #changes: ReadonlyMap<string, string | undefined> = new Map();
  /** What the settings asked for when they were followed last, and what was kept then. */
  #wanted: ReadonlySet<string> | undefined;

  /** `state` is asked for when it is used: the store may come later. */
  constructor(private readonly state: () => CoreState) {}

  get ids(): ReadonlySet<string> {
    return new Set(this.#known.keys());
  }

  get isUnwritten(): boolean {
    return this.#changes.size > 0;
  }

  /** Before the first use, and again for what other servers have added or taken away. Rejects only where nothing was ever read. */
  async load(): Promise<void> {
    try {
      this.#known = changed(await this.state().get('fail-closed'), this.#changes);
      this.#isLoaded = true;
    } catch (error) {
      if (!this.#isLoaded) throw error;
    }
  }

  /**
   * Forgets what an administrator switched off or removed: what the settings ask for no longer. Where a plugin that they do ask for cannot be read,
   * what it brought along is kept. What they did not ask for before either may be news of another server, whose settings are newer.
   */
  forget({ asked, unreadable }: Enablement, enabled: readonly string[], disabled: readonly string[]): void {
    const wanted = new Set(asked.keys());
    for (const [id, root] of this.#known) {
      if (unreadable.size > 0 && enabled.includes(root) && !disabled.includes(id)) wanted.add(id);
      if (!wanted.has(id) && this.#wanted?.has(id) !== false) this.#change(id, undefined);
    }
    this.#wanted = wanted;
  }

  /** Takes up what runs. A stranger's version that fails closed no more is known all the same, until an administrator agrees to it. */
  note(running: Iterable<RunningPlugin>): void {
    for (const { id, broughtBy, failsClosed, bundled } of running) {
      if (failsClosed) this.#change(id, broughtBy);
      else if (bundled) this.#change(id, undefined);
    }
  }

  /** Forgets one that an administrator removed, though a pack still lists it, or that he lets fail open. Answers whether it was known. */
  remove(id: string): boolean {
    const isKnown = this.#known.has(id);
    this.#change(id, undefined);
    return isKnown;
  }

  /** What cannot be written now is written the next time. */
  async write(): Promise<void> {
    const changes = this.#changes;
    const written = await this.state().update('fail-closed', (now) => Object.fromEntries(changed(now, changes)));
    this.#changes = new Map([...this.#changes].filter(([id, root]) => !changes.has(id) || changes.get(id) !== root));
    this.#known = changed(written, this.#changes);
  }

  #change(id: string, root: string | undefined): void {
    if (this.#known.get(id) === root) return;
    const change = new Map([[id, root]]);
    this.#changes = new Map([...this.#changes, ...change]);
    this.#known = changed(Object.fromEntries(this.#known), change);
  }
}

function changed(known: Readonly<Record<string, string>> | undefined, changes: ReadonlyMap<string, string | undefined>): Known {
  const kept = Object.entries(known ?? {}).filter(([id]) => !changes.has(id));
  const added = [...changes].flatMap(([id, root]) => (root === undefined ? [] : [[id, root] as const]));
  return new Map([...kept, ...added]);
}
