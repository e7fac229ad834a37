// Changes of plugins' storages, many a commit: what comes while one commits shares the next. Each is judged by itself: one that is refused takes no other with it.
import { PostroomError } from '@postroom/sdk';
import type { Database, Statements } from '../engine/database.js';

const MOST_ENTRIES = 100_000;
/** Of all entries of a plugin together, keys included: a disk is not filled from here. */
const MOST_TOTAL = 64 * 2 ** 20;
const MOST_AT_ONCE = 512;
const OCTETS = 'octet_length(key) + octet_length(value)';

export interface StorageWrite {
  readonly plugin: string;
  readonly key: string;
  /** JSON; `undefined` removes the entry. */
  readonly value: string | undefined;
  readonly expires: Date | undefined;
}

interface Waiting {
  readonly write: StorageWrite;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What a plugin keeps. */
interface Holding {
  entries: number;
  octets: number;
}

export class StorageWrites {
  #waiting: Waiting[] = [];
  #draining: Promise<void> | undefined;

  constructor(private readonly database: Database) {}

  /** Resolves after the commit. Rejects with `store/full` where the plugin keeps too much already. */
  add(write: StorageWrite): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when all that was asked for so far has been tried. */
  async settle(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // What comes in the same turn of the event loop shares the first commit too.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#commit(this.#waiting.splice(0, MOST_AT_ONCE));
    this.#draining = undefined;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    try {
      const refusals = await this.database.transaction((statements) =>
        writeAll(
          statements,
          group.map(({ write }) => write),
        ),
      );
      for (const [index, { resolve, reject }] of group.entries()) {
        const refusal = refusals[index];
        if (refusal === undefined) resolve();
        else reject(refusal);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}

/** Why a write was refused, at its place. Two servers may go beyond a bound by what they write at once: it is there against much. */
async function writeAll(statements: Statements, writes: readonly StorageWrite[]): Promise<readonly (PostroomError | undefined)[]> {
  const holdings = await readHoldings(statements, writes);
  const sizes = await readSizes(statements, writes);
  const last = new Map<string, StorageWrite>();
  const refusals = writes.map((write) => {
    const name = nameOf(write);
    const holding = holdings.get(write.plugin) ?? { entries: 0, octets: 0 };
    const former = sizes.get(name);
    const octets = write.value === undefined ? undefined : Buffer.byteLength(write.key) + Buffer.byteLength(write.value);
    const change = { entries: count(octets) - count(former), octets: (octets ?? 0) - (former ?? 0) };
    const refusal = refusalOf(write.plugin, holding, change);
    if (refusal !== undefined) return refusal;
    holdings.set(write.plugin, { entries: holding.entries + change.entries, octets: holding.octets + change.octets });
    if (octets === undefined) sizes.delete(name);
    else sizes.set(name, octets);
    last.set(name, write);
    return undefined;
  });
  await store(
    statements,
    [...last.values()].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
  );
  return refusals;
}

/** Throws `store/full` where the plugin would keep too much with this entry. */
export async function checkHolding(
  statements: Statements,
  { plugin, key, text }: { readonly plugin: string; readonly key: string; readonly text: string },
): Promise<void> {
  const write = { plugin, key, value: text, expires: undefined };
  const holding = (await readHoldings(statements, [write])).get(plugin) ?? { entries: 0, octets: 0 };
  const former = (await readSizes(statements, [write])).get(nameOf(write));
  const octets = Buffer.byteLength(key) + Buffer.byteLength(text) - (former ?? 0);
  const refusal = refusalOf(plugin, holding, { entries: former === undefined ? 1 : 0, octets });
  if (refusal !== undefined) throw refusal;
}

async function readHoldings(statements: Statements, writes: readonly StorageWrite[]): Promise<Map<string, Holding>> {
  const plugins = [...new Set(writes.filter(({ value }) => value !== undefined).map(({ plugin }) => plugin))];
  if (plugins.length === 0) return new Map();
  const rows = await statements.rows<Holding & { plugin: string }>(
    `SELECT plugin, count(*) AS entries, sum(${OCTETS}) AS octets FROM plugin_state WHERE plugin = ANY ($1) GROUP BY plugin`,
    [plugins],
  );
  return new Map(rows.map(({ plugin, entries, octets }) => [plugin, { entries, octets }]));
}

/** Octets of what is there under the names that are written. */
async function readSizes(statements: Statements, writes: readonly StorageWrite[]): Promise<Map<string, number>> {
  const rows = await statements.rows<{ plugin: string; key: string; octets: number }>(
    `SELECT plugin, key, ${OCTETS} AS octets FROM plugin_state
      WHERE (plugin, key) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    [writes.map(({ plugin }) => plugin), writes.map(({ key }) => key)],
  );
  return new Map(rows.map((row) => [nameOf(row), row.octets]));
}

async function store(statements: Statements, writes: readonly StorageWrite[]): Promise<void> {
  const removed = writes.filter(({ value }) => value === undefined);
  const kept = writes.filter(({ value }) => value !== undefined);
  if (removed.length > 0) {
    await statements.run('DELETE FROM plugin_state WHERE (plugin, key) IN (SELECT * FROM unnest($1::text[], $2::text[]))', [
      removed.map(({ plugin }) => plugin),
      removed.map(({ key }) => key),
    ]);
  }
  if (kept.length === 0) return;
  await statements.run(
    `INSERT INTO plugin_state (plugin, key, value, expires_at) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
      ON CONFLICT (plugin, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
    [
      kept.map(({ plugin }) => plugin),
      kept.map(({ key }) => key),
      kept.map(({ value }) => value),
      kept.map(({ expires }) => expires?.getTime() ?? null),
    ],
  );
}

function refusalOf(plugin: string, holding: Holding, change: Holding): PostroomError | undefined {
  const isTooMany = change.entries > 0 && holding.entries >= MOST_ENTRIES;
  if (!isTooMany && (change.octets <= 0 || holding.octets + change.octets <= MOST_TOTAL)) return undefined;
  const kept = isTooMany ? `${MOST_ENTRIES} entries` : `${MOST_TOTAL / 2 ** 20} MB`;
  return new PostroomError('store/full', `Plugin ${plugin} keeps ${kept} already. Delete some, or let them expire.`, { plugin });
}

/** A plugin's id has no line feed. */
function nameOf({ plugin, key }: { readonly plugin: string; readonly key: string }): string {
  return `${plugin}\n${key}`;
}

function count(octets: number | undefined): number {
  return octets === undefined ? 0 : 1;
}
