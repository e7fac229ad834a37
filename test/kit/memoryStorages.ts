// The small stores of plugins, in memory: for tests of what keeps something there.
import type { PluginStorage } from '@postroom/sdk';
import type { PluginStorages } from '@postroom/sdk/services';

export class MemoryStorages implements PluginStorages {
  /** Of all plugins, by `plugin key`. */
  readonly entries = new Map<string, unknown>();

  forPlugin(id: string): PluginStorage {
    return {
      get: async (key) => this.entries.get(`${id} ${key}`),
      set: async (key, value) => void this.entries.set(`${id} ${key}`, structuredClone(value)),
      update: async (key, change) => {
        const value = structuredClone(change(structuredClone(this.entries.get(`${id} ${key}`))));
        if (value === undefined) this.entries.delete(`${id} ${key}`);
        else this.entries.set(`${id} ${key}`, value);
        return value;
      },
      delete: async (key) => void this.entries.delete(`${id} ${key}`),
      keys: async (prefix) =>
        [...this.entries.keys()].flatMap((key) => (key.startsWith(`${id} ${prefix}`) ? key.slice(id.length + 1) : [])),
    };
  }

  async remove(id: string): Promise<void> {
    for (const key of [...this.entries.keys()]) if (key.startsWith(`${id} `)) this.entries.delete(key);
  }

  async prune(): Promise<void> {
    // Nothing expires here.
  }
}
