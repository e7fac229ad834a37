// A change of one entry that loses nothing of what others write meanwhile: read, changed, and written only in the place of what was read. Each is a commit by
// itself and holds no more than its one row, so two of them never wait for each other in a circle.
import type { PluginStorage } from '@postroom/sdk';
import { changedEntry, storageValue } from '@postroom/sdk/store';
import type { Database, Reads, Statements } from '../engine/database.js';
import type { EngineClock } from '../engine/engineClock.js';
import { checkHolding } from './storageWrites.js';

export interface EntryUpdate {
  readonly plugin: string;
  readonly key: string;
  readonly change: Parameters<PluginStorage['update']>[1];
  readonly expires: Date | undefined;
}

/** JSON; `undefined` where there is no entry, or one that has expired. */
export async function readEntry(reads: Reads, { now }: Pick<EngineClock, 'now'>, plugin: string, key: string): Promise<string | undefined> {
  const [row] = await reads.rows<{ value: string }>(
    `SELECT value FROM plugin_state WHERE plugin = $1 AND key = $2 AND (expires_at IS NULL OR expires_at > ${now})`,
    [plugin, key],
  );
  return row?.value;
}

/** Updates of one entry by this server come one after the other: they would only get in each other's way. */
export class StorageUpdates {
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(
    private readonly database: Database,
    private readonly clock: EngineClock,
  ) {}

  /** Answers what is kept then. */
  async update(wanted: EntryUpdate): Promise<unknown> {
    // A plugin's id has no line feed.
    const name = `${wanted.plugin}\n${wanted.key}`;
    const updated = (this.#last.get(name) ?? Promise.resolve()).then(() => updateEntry(this.database, this.clock, wanted));
    const settled = updated.catch(() => undefined);
    this.#last.set(name, settled);
    try {
      return await updated;
    } finally {
      if (this.#last.get(name) === settled) this.#last.delete(name);
    }
  }
}

/** Whoever finds another value there than it had read begins again: somebody has got on meanwhile. */
async function updateEntry(database: Database, clock: EngineClock, { plugin, key, change, expires }: EntryUpdate): Promise<unknown> {
  for (;;) {
    const former = await readEntry(database, clock, plugin, key);
    const { text, isNew } = changedEntry({ plugin, key }, former, change);
    if (!isNew && expires === undefined) return storageValue(text);
    const isDone = await database.transaction((statements) => replace(statements, clock, { plugin, key, former, text, expires }));
    if (isDone) return storageValue(text);
  }
}

interface Replacement {
  readonly plugin: string;
  readonly key: string;
  /** JSON; `undefined`: there is no entry. */
  readonly former: string | undefined;
  readonly text: string | undefined;
  readonly expires: Date | undefined;
}

async function replace(
  statements: Statements,
  { now }: EngineClock,
  { plugin, key, former, text, expires }: Replacement,
): Promise<boolean> {
  const isThere = 'plugin = $1 AND key = $2 AND value = $3';
  if (text === undefined) {
    return former === undefined || (await statements.run(`DELETE FROM plugin_state WHERE ${isThere}`, [plugin, key, former])) > 0;
  }
  await checkHolding(statements, { plugin, key, text });
  if (former !== undefined) {
    const changed = await statements.run(
      `UPDATE plugin_state SET value = $4, expires_at = coalesce($5::bigint, expires_at) WHERE ${isThere} AND (expires_at IS NULL OR expires_at > ${now})`,
      [plugin, key, former, text, expires?.getTime() ?? null],
    );
    return changed > 0;
  }
  const added = await statements.run(
    `INSERT INTO plugin_state AS kept (plugin, key, value, expires_at) VALUES ($1, $2, $3, $4::bigint)
      ON CONFLICT (plugin, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at WHERE kept.expires_at <= ${now}`,
    [plugin, key, text, expires?.getTime() ?? null],
  );
  return added > 0;
}
