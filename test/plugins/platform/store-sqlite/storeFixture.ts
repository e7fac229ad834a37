// A store on SQLite in a folder of its own.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '@postroom/sdk/base';
import type { StorePlace } from '@postroom/sdk/testing/store';
import { Connection } from '#plugins/platform/store-sqlite/dist/engine/connection.js';
import type { SqliteStoreOptions } from '#plugins/platform/store-sqlite/dist/sqliteStore.js';
import { DATABASE_FILE, SqliteStore } from '#plugins/platform/store-sqlite/dist/sqliteStore.js';
import { SqliteTransfer } from '#plugins/platform/store-sqlite/dist/transfer/sqliteTransfer.js';
import { failNextCommit } from './failingCommit.js';

const HALVES = `SELECT count(*) AS count FROM (SELECT DISTINCT chunk.id >> 20 AS message FROM chunk) AS piece
  WHERE NOT EXISTS (SELECT 1 FROM message WHERE message.id = piece.message AND gone_at IS NULL)`;

/** The place of a store that the suite tests, and of the tests that are about the engine alone. */
export class StoreFixture implements StorePlace {
  readonly #stores = new Set<SqliteStore>();
  /** Folders of servers that were ended. */
  readonly #left: string[] = [];

  private constructor(private current: string) {}

  static async make(): Promise<StoreFixture> {
    return new StoreFixture(await makeFolder());
  }

  get folder(): string {
    return this.current;
  }

  get transfer(): SqliteTransfer {
    return new SqliteTransfer(this.folder, new SystemClock());
  }

  async open({
    server: node = 'a',
    ...options
  }: Omit<Partial<SqliteStoreOptions>, 'node'> & { readonly server?: string } = {}): Promise<SqliteStore> {
    const store = await SqliteStore.open(this.folder, { clock: new SystemClock(), node, ...options });
    this.#stores.add(store);
    return store;
  }

  async close(store: SqliteStore): Promise<void> {
    this.#stores.delete(store);
    await store.close();
  }

  /** The files as they are now are what a kill leaves. The server goes on with others that nobody looks at. The database comes first: the WAL has the rest. */
  async endOf(store: SqliteStore): Promise<void> {
    const folder = await makeFolder();
    await cp(store.path, join(folder, DATABASE_FILE));
    await cp(this.folder, folder, { recursive: true, filter: (file) => file !== store.path && !file.endsWith('-shm') });
    this.#left.push(this.folder);
    this.current = folder;
  }

  async loseAnswer(store: SqliteStore, isStored: boolean): Promise<void> {
    failNextCommit(store.path, isStored, 'intake');
  }

  async halves(): Promise<number> {
    const connection = await Connection.open(join(this.folder, DATABASE_FILE), 'read');
    try {
      return (await connection.get<{ count: number }>(HALVES))?.count ?? 0;
    } finally {
      await connection.close();
    }
  }

  async dispose(): Promise<void> {
    for (const store of this.#stores) await store.close();
    for (const folder of [this.folder, ...this.#left]) await rm(folder, { recursive: true });
  }
}

function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'postroom-store-'));
}
