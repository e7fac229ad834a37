// PluginStorages on SQLite.

import type { PluginStorage } from '@postroom/sdk';
import { PostroomError } from '@postroom/sdk';
import type { Clock, PluginStorages } from '@postroom/sdk/services';
import { changedEntry, storageText, storageValue } from '@postroom/sdk/store';
import type { Connection } from '../engine/connection.js';
import type { Readers } from '../engine/readers.js';
import type { WriteQueue } from '../engine/writeQueue.js';

const MOST_ENTRIES = 100_000;
/** Of all entries of a plugin together, keys included: a disk is not filled from here. */
const MOST_TOTAL = 64 * 2 ** 20;
const MOST_KEYS = 1_000;
const OCTETS = 'length(CAST(key AS BLOB)) + length(CAST(value AS BLOB))';

/** What a plugin keeps. */
interface Holding {
  readonly entries: number;
  readonly octets: number;
}
const NOTHING: Holding = { entries: 0, octets: 0 };

type Change = Parameters<PluginStorage['update']>[1];

interface StoredEntry {
  /** JSON. */
  readonly value: string;
  readonly expires: number | null;
  readonly octets: number;
}

interface NewEntry {
  readonly plugin: string;
  readonly key: string;
  /** JSON. */
  readonly text: string;
  readonly expires: number | undefined;
}

export class SqlitePluginStorages implements PluginStorages {
  /** Of each plugin, counted once and followed: counting rows at every `set` would take longer than the `set`. */
  readonly #holdings = new Map<string, Holding>();

  constructor(
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly clock: Clock,
  ) {}

  async load(): Promise<void> {
    const rows = await this.readers.all<Holding & { plugin: string }>(
      `SELECT plugin, count(*) AS entries, sum(${OCTETS}) AS octets FROM plugin_state GROUP BY plugin`,
    );
    this.#holdings.clear();
    for (const { plugin, entries, octets } of rows) this.#holdings.set(plugin, { entries, octets });
  }

  forPlugin(id: string): PluginStorage {
    return {
      get: (key) => this.#get(id, key),
      set: (key, value, expires) => this.#set(id, key, value, expires),
      update: (key, change, expires) => this.#update(id, key, change, expires),
      delete: (key) => this.#delete(id, key),
      keys: (prefix) => this.#keys(id, prefix),
    };
  }

  async remove(id: string): Promise<void> {
    await this.queue.write({
      run: async (writer) => {
        await writer.run('DELETE FROM plugin_state WHERE plugin = ?', [id]);
      },
      committed: () => this.#holdings.delete(id),
    });
  }

  async prune(now: Date): Promise<void> {
    let removed: { plugin: string; octets: number }[] = [];
    await this.queue.write({
      makesRoom: true,
      run: async (writer) => {
        removed = await writer.all(`DELETE FROM plugin_state WHERE expires_at <= ? RETURNING plugin, ${OCTETS} AS octets`, [now.getTime()]);
      },
      committed: () => {
        for (const { plugin, octets } of removed) this.#count(plugin, { entries: -1, octets: -octets });
      },
    });
  }

  async #get(plugin: string, key: string): Promise<unknown> {
    return storageValue(await this.#live(plugin, key));
  }

  /** JSON; `undefined` where there is no entry, or one that has expired. */
  async #live(plugin: string, key: string): Promise<string | undefined> {
    const row = await this.readers.get<{ value: string }>(
      'SELECT value FROM plugin_state WHERE plugin = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)',
      [plugin, key, this.clock.now().getTime()],
    );
    return row?.value;
  }

  async #set(plugin: string, key: string, value: unknown, expires: Date | undefined): Promise<void> {
    const text = storageText(plugin, key, value);
    let change = NOTHING;
    await this.queue.write({
      run: async (writer) => {
        change = await this.#put(writer, await entryOf(writer, plugin, key), { plugin, key, text, expires: expires?.getTime() });
      },
      committed: () => this.#count(plugin, change),
    });
  }

  async #update(plugin: string, key: string, change: Change, expires: Date | undefined): Promise<unknown> {
    // A look costs no commit where nothing changes.
    const seen = changedEntry({ plugin, key }, await this.#live(plugin, key), change);
    if (!seen.isNew && expires === undefined) return storageValue(seen.text);
    let [kept, counted] = [seen.text, NOTHING];
    await this.queue.write({
      // The one writer reads and writes: nothing comes in between.
      run: async (writer) => {
        counted = NOTHING;
        const stored = await entryOf(writer, plugin, key);
        const live = stored !== undefined && !isOver(stored, this.clock.now()) ? stored : undefined;
        const { text, isNew } = changedEntry({ plugin, key }, live?.value, change);
        kept = text;
        if (!isNew && expires === undefined) return;
        if (text !== undefined) {
          counted = await this.#put(writer, stored, { plugin, key, text, expires: expires?.getTime() ?? live?.expires ?? undefined });
        } else if (stored !== undefined) {
          await writer.run('DELETE FROM plugin_state WHERE plugin = ? AND key = ?', [plugin, key]);
          counted = { entries: -1, octets: -stored.octets };
        }
      },
      committed: () => this.#count(plugin, counted),
    });
    return storageValue(kept);
  }

  /** Answers by how much the plugin keeps more. Throws `store/full`. */
  async #put(writer: Connection, former: StoredEntry | undefined, { plugin, key, text, expires }: NewEntry): Promise<Holding> {
    const octets = Buffer.byteLength(text) + Buffer.byteLength(key) - (former?.octets ?? 0);
    const change = { entries: former === undefined ? 1 : 0, octets };
    this.#mustFit(plugin, change);
    await writer.run(
      former === undefined
        ? 'INSERT INTO plugin_state (value, expires_at, plugin, key) VALUES (?, ?, ?, ?)'
        : 'UPDATE plugin_state SET value = ?, expires_at = ? WHERE plugin = ? AND key = ?',
      [text, expires, plugin, key],
    );
    return change;
  }

  #mustFit(plugin: string, change: Holding): void {
    const { entries, octets } = this.#holdings.get(plugin) ?? NOTHING;
    const isTooMany = change.entries > 0 && entries >= MOST_ENTRIES;
    if (!isTooMany && (change.octets <= 0 || octets + change.octets <= MOST_TOTAL)) return;
    const kept = isTooMany ? `${MOST_ENTRIES} entries` : `${MOST_TOTAL / 2 ** 20} MB`;
    throw new PostroomError('store/full', `Plugin ${plugin} keeps ${kept} already. Delete some, or let them expire.`, { plugin });
  }

  async #delete(plugin: string, key: string): Promise<void> {
    let removed: { octets: number }[] = [];
    await this.queue.write({
      run: async (writer) => {
        removed = await writer.all(`DELETE FROM plugin_state WHERE plugin = ? AND key = ? RETURNING ${OCTETS} AS octets`, [plugin, key]);
      },
      committed: () => {
        for (const { octets } of removed) this.#count(plugin, { entries: -1, octets: -octets });
      },
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

  #count(plugin: string, change: Holding): void {
    const { entries, octets } = this.#holdings.get(plugin) ?? NOTHING;
    this.#holdings.set(plugin, { entries: entries + change.entries, octets: octets + change.octets });
  }
}

async function entryOf(writer: Connection, plugin: string, key: string): Promise<StoredEntry | undefined> {
  const [entry] = await writer.all<StoredEntry>(
    `SELECT value, expires_at AS expires, ${OCTETS} AS octets FROM plugin_state WHERE plugin = ? AND key = ?`,
    [plugin, key],
  );
  return entry;
}

function isOver({ expires }: StoredEntry, now: Date): boolean {
  return expires !== null && expires <= now.getTime();
}
