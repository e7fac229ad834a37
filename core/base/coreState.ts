// What the core itself remembers beyond a restart. It lies with the small stores of plugins, under a name that no plugin has.
import type { DestinationReceipt, PluginStorage } from '@postroom/sdk';
import { PluginStorages } from '@postroom/sdk/services';

/** All that is kept, by its key. The keys stand in data folders: they don't change. */
export interface CoreValues {
  /** Whether the administrator has stopped the service, of all servers on the store. */
  readonly service: 'on' | 'off';
  /** Plugins that mail waits for and that ADMIN1 has been told of, each with the servers that lack it. */
  readonly 'blocked-on': Readonly<Record<string, readonly string[]>>;
  /** The same of a version that had its store for itself: ids. */
  readonly blocked: readonly string[];
  /** Fail-closed plugins that have run here or on another server on the store, with the entry of `plugins.enabled` that brought each. */
  readonly 'fail-closed': Readonly<Record<string, string>>;
  /** `back-off/fetch/ACCOUNT`, `back-off/send/ACCOUNT` */
  readonly [backOff: `back-off/${string}`]: BackOffNote;
  /** When the last round began, by the clock of the server that ran it. */
  readonly 'last-round': { /** ISO 8601 */ readonly at: string; readonly server: string };
  /** Held mail is being sorted again. `true` of a version that had its store for itself. */
  readonly resorting: WorkNote | true;
  /** A message is being sorted alone, and how often a process ended over it before; a version that had its store for itself counted the running one as well. */
  readonly [message: `resorting/${string}`]: (WorkNote & { readonly deaths: number }) | number;
}

/** An account is left alone after a failure. */
export interface BackOffNote {
  /** Name of the server that noted it. */
  readonly server: string;
  /** In a row. */
  readonly failures: number;
  /** ISO 8601, by that server's clock. */
  readonly until: string;
  /** How long that was when it was noted. */
  readonly waitMs: number;
  readonly cause: string | DestinationReceipt;
  /** Outbox entries that were put off for it. */
  readonly entries?: readonly number[];
}

/** Who works on something that may crash the process. */
export interface WorkNote {
  /** As Leases.servers() calls it. */
  readonly server: number;
  readonly process: string;
}

export class CoreState {
  readonly #storage: PluginStorage;

  constructor(@PluginStorages storages: PluginStorages) {
    this.#storage = storages.forPlugin('core');
  }

  async get<Key extends keyof CoreValues>(key: Key): Promise<CoreValues[Key] | undefined> {
    return (await this.#storage.get(key)) as CoreValues[Key] | undefined;
  }

  /** Resolves when it is durable. */
  set<Key extends keyof CoreValues>(key: Key, value: CoreValues[Key], expires?: Date): Promise<void> {
    return this.#storage.set(key, value, expires);
  }

  keys(prefix: string): Promise<readonly string[]> {
    return this.#storage.keys(prefix);
  }

  /** Replaces a value by what `change` makes of it, whatever other servers write meanwhile; `undefined` removes it. As PluginStorage.update. */
  async update<Key extends keyof CoreValues>(
    key: Key,
    change: (before: CoreValues[Key] | undefined) => CoreValues[Key] | undefined,
    expires?: Date,
  ): Promise<CoreValues[Key] | undefined> {
    return (await this.#storage.update(key, (before) => change(before as CoreValues[Key] | undefined), expires)) as
      | CoreValues[Key]
      | undefined;
  }

  delete(key: keyof CoreValues): Promise<void> {
    return this.#storage.delete(key);
  }
}
