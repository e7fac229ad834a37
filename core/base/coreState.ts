// What the core itself remembers beyond a restart. It lies with the small stores of plugins, under a name that no plugin has.
import type { PluginStorage } from '@postroom/sdk';
import { PluginStorages } from '@postroom/sdk/services';

/** All that is kept, by its key. The keys stand in data folders: they don't change. */
export interface CoreValues {
  /** Whether the administrator has stopped the service. */
  readonly service: 'on' | 'off';
  /** Ids of the plugins that mail waits for and that ADMIN1 has been told of. */
  readonly blocked: readonly string[];
  /** Fail-closed plugins that have run here, with the entry of `plugins.enabled` that brought each. */
  readonly 'fail-closed': Readonly<Record<string, string>>;
  /** Held mail is being sorted again. */
  readonly resorting: true;
  /** How often the process ended while it sorted this message alone. */
  readonly [message: `resorting/${string}`]: number;
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
  set<Key extends keyof CoreValues>(key: Key, value: CoreValues[Key]): Promise<void> {
    return this.#storage.set(key, value);
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
