// PluginStates on SQLite.

import type { PluginState } from '@postroom/sdk';
import { PostroomError } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import type { PluginStates } from '../pluginStates.js';
import type { Readers } from './readers.js';
import type { WriteQueue } from './writeQueue.js';

const MOST_ENTRIES = 100_000;
const MOST_OCTETS = 64 * 2 ** 10;
const MOST_KEYS = 1_000;

export class SqlitePluginStates implements PluginStates {
  /** Entries of each plugin, counted once and followed: counting rows at every `set` would take longer than the `set`. */
  readonly #counts = new Map<string, number>();

  constructor(
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly clock: Clock,
  ) {}

  async load(): Promise<void> {
    const rows = await this.readers.all<{ plugin: string; entries: number }>(
      'SELECT plugin, count(*) AS entries FROM plugin_state GROUP BY plugin',
    );
    this.#counts.clear();
    for (const row of rows) this.#counts.set(row.plugin, row.entries);
  }

  forPlugin(id: string): PluginState {
    return {
      get: (key) => this.#get(id, key),
      set: (key, value, expires) => this.#set(id, key, value, expires),
      delete: (key) => this.#delete(id, key),
      keys: (prefix) => this.#keys(id, prefix),
    };
  }

  async remove(id: string): Promise<void> {
    await this.queue.write({
      run: async (writer) => {
        await writer.run('DELETE FROM plugin_state WHERE plugin = ?', [id]);
      },
      committed: () => this.#counts.delete(id),
    });
  }

  async prune(now: Date): Promise<void> {
    let removed: { plugin: string }[] = [];
    await this.queue.write({
      makesRoom: true,
      run: async (writer) => {
        removed = await writer.all('DELETE FROM plugin_state WHERE expires_at <= ? RETURNING plugin', [now.getTime()]);
      },
      committed: () => {
        for (const { plugin } of removed) this.#count(plugin, -1);
      },
    });
  }

  async #get(plugin: string, key: string): Promise<unknown> {
    const row = await this.readers.get<{ value: string }>(
      'SELECT value FROM plugin_state WHERE plugin = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)',
      [plugin, key, this.clock.now().getTime()],
    );
    return row === undefined ? undefined : (JSON.parse(row.value) as unknown);
  }

  async #set(plugin: string, key: string, value: unknown, expires: Date | undefined): Promise<void> {
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) throw new TypeError(`Plugin ${plugin} sets ${key} to something that JSON can't express.`);
    if (Buffer.byteLength(text) > MOST_OCTETS) {
      throw new PostroomError('store/full', `Plugin ${plugin} wants to keep more than 64 KB under "${key}". Split the value.`, { plugin });
    }
    let added = 0;
    await this.queue.write({
      run: async (writer) => {
        const values = [text, expires?.getTime(), plugin, key];
        added = 0;
        if ((await writer.run('UPDATE plugin_state SET value = ?, expires_at = ? WHERE plugin = ? AND key = ?', values)) > 0) return;
        if ((this.#counts.get(plugin) ?? 0) >= MOST_ENTRIES) {
          throw new PostroomError(
            'store/full',
            `Plugin ${plugin} keeps ${MOST_ENTRIES} entries already. Delete some, or let them expire.`,
            { plugin },
          );
        }
        added = await writer.run('INSERT INTO plugin_state (value, expires_at, plugin, key) VALUES (?, ?, ?, ?)', values);
      },
      committed: () => this.#count(plugin, added),
    });
  }

  async #delete(plugin: string, key: string): Promise<void> {
    let removed = 0;
    await this.queue.write({
      run: async (writer) => {
        removed = await writer.run('DELETE FROM plugin_state WHERE plugin = ? AND key = ?', [plugin, key]);
      },
      committed: () => this.#count(plugin, -removed),
    });
  }

  async #keys(plugin: string, prefix: string): Promise<readonly string[]> {
    const rows = await this.readers.all<{ key: string }>(
      `SELECT key FROM plugin_state WHERE plugin = ? AND key >= ? AND key < ? || char(0x10ffff) AND (expires_at IS NULL OR expires_at > ?)
        ORDER BY key LIMIT ${MOST_KEYS}`,
      [plugin, prefix, prefix, this.clock.now().getTime()],
    );
    return rows.map((row) => row.key);
  }

  #count(plugin: string, change: number): void {
    this.#counts.set(plugin, (this.#counts.get(plugin) ?? 0) + change);
  }
}
