// PluginStorages on PostgreSQL.
import type { PluginStorage } from '@postroom/sdk';
import type { PluginStorages } from '@postroom/sdk/services';
import { storageText, storageValue } from '@postroom/sdk/store';
import type { Database } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';
import { readEntry, StorageUpdates } from './storageUpdate.js';
import { StorageWrites } from './storageWrites.js';

const MOST_KEYS = 1_000;

export class PostgresPluginStorages implements PluginStorages {
  readonly #writes: StorageWrites;
  readonly #updates: StorageUpdates;

  constructor(
    private readonly database: Database,
    private readonly clock: EngineClock,
  ) {
    this.#writes = new StorageWrites(database);
    this.#updates = new StorageUpdates(database, clock);
  }

  forPlugin(id: string): PluginStorage {
    return {
      get: (key) => this.#get(id, key),
      set: (key, value, expires) => this.#set(id, key, value, expires),
      update: (key, change, expires) => this.#updates.update({ plugin: id, key, change, expires }),
      delete: (key) => this.#writes.add({ plugin: id, key, value: undefined, expires: undefined }),
      keys: (prefix) => this.#keys(id, prefix),
    };
  }

  settle(): Promise<void> {
    return this.#writes.settle();
  }

  async remove(id: string): Promise<void> {
    await this.database.write('DELETE FROM plugin_state WHERE plugin = $1', [id]);
  }

  async prune(now: Date): Promise<void> {
    await this.database.write('DELETE FROM plugin_state WHERE expires_at <= $1', [now.getTime()]);
  }

  async #get(plugin: string, key: string): Promise<unknown> {
    return storageValue(await readEntry(this.database, this.clock, plugin, key));
  }

  async #set(plugin: string, key: string, value: unknown, expires: Date | undefined): Promise<void> {
    await this.#writes.add({ plugin, key, value: storageText(plugin, key, value), expires });
  }

  async #keys(plugin: string, prefix: string): Promise<readonly string[]> {
    const rows = await this.database.rows<{ key: string }>(
      `SELECT key FROM plugin_state WHERE plugin = $1 AND key >= $2 AND key < $3 AND (expires_at IS NULL OR expires_at > ${this.clock.now})
        ORDER BY key LIMIT ${MOST_KEYS}`,
      [plugin, prefix, `${prefix}\u{10ffff}`],
    );
    return rows.map((row) => row.key);
  }
}
