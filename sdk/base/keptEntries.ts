// What a plugin knows by name, of accounts say: in memory for taps, which cannot wait, and in its storage for the next start and for other servers on the
// store, which learn as well.
import { isDeepStrictEqual } from 'node:util';
import type { PluginStorage } from '../context.js';
import type { Disposable } from '../disposable.js';
import type { Clock } from '../services/running.js';

/** What other servers have changed is known here so soon. */
const READ_AGAIN_MS = 60_000;

export class KeptEntries<T> implements Disposable {
  readonly #known = new Map<string, T>();
  /** How many changes of a name are on their way into the storage: what is read meanwhile is older. */
  readonly #changing = new Map<string, number>();
  /** Names that were changed since the last reading began: they are known better than by what comes of it. */
  #touched = new Set<string>();
  #timer: Disposable | undefined;
  #isOver = false;

  /** `prefix`: of the keys in the storage; what follows is the name. */
  constructor(
    private readonly storage: Pick<PluginStorage, 'get' | 'keys' | 'update'>,
    private readonly prefix: string,
    private readonly clock: Pick<Clock, 'after'>,
  ) {}

  /** Reads what is kept, now and every minute. Rejects where it cannot be read now. */
  async load(): Promise<void> {
    await this.#read();
    this.#readLater();
  }

  get names(): readonly string[] {
    return [...this.#known.keys()];
  }

  get(name: string): T | undefined {
    return this.#known.get(name);
  }

  /**
   * In memory at once; resolves when it is kept. `change` is asked again for what is kept, where another server has changed that: it answers from its
   * argument alone, and with that itself where there is nothing to change. `undefined` removes the entry.
   */
  async change(name: string, change: (before: T | undefined) => T | undefined): Promise<void> {
    const before = this.get(name);
    const after = change(before);
    if (after === before) return;
    this.#put(name, after);
    this.#touched.add(name);
    this.#changing.set(name, this.#changesOf(name) + 1);
    try {
      const kept = (await this.storage.update(this.prefix + name, (now) => change(now as T | undefined))) as T | undefined;
      // With the last one come those before it.
      if (this.#changesOf(name) === 1) this.#put(name, kept);
    } finally {
      const rest = this.#changesOf(name) - 1;
      if (rest > 0) this.#changing.set(name, rest);
      else this.#changing.delete(name);
    }
  }

  dispose(): void {
    this.#isOver = true;
    void this.#timer?.dispose();
  }

  #changesOf(name: string): number {
    return this.#changing.get(name) ?? 0;
  }

  #readLater(): void {
    if (this.#isOver) return;
    this.#timer = this.clock.after(READ_AGAIN_MS, () => {
      // A store that cannot be reached says so elsewhere; what is known meanwhile is what was known before.
      void this.#read()
        .catch(() => undefined)
        .then(() => this.#readLater());
    });
  }

  async #read(): Promise<void> {
    this.#touched = new Set(this.#changing.keys());
    const names = (await this.storage.keys(this.prefix)).map((key) => key.slice(this.prefix.length));
    const read = new Map<string, T>();
    for (const name of names) {
      const value = (await this.storage.get(this.prefix + name)) as T | undefined;
      if (value !== undefined) read.set(name, value);
    }
    for (const name of new Set([...this.#known.keys(), ...read.keys()])) {
      if (!this.#touched.has(name)) this.#put(name, read.get(name));
    }
  }

  /** What is the same stays the same object: others work things out from it. */
  #put(name: string, value: T | undefined): void {
    if (value === undefined) this.#known.delete(name);
    else if (!isDeepStrictEqual(value, this.#known.get(name))) this.#known.set(name, value);
  }
}
