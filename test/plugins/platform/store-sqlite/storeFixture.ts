// A store on SQLite in a folder of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '@postroom/sdk/base';
import type { StorePlace } from '@postroom/sdk/testing/store';
import type { SqliteStoreOptions } from '#plugins/platform/store-sqlite/dist/sqliteStore.js';
import { SqliteStore } from '#plugins/platform/store-sqlite/dist/sqliteStore.js';

/** The place of a store that the suite tests, and of the tests that are about the engine alone. */
export class StoreFixture implements StorePlace {
  readonly #stores = new Set<SqliteStore>();

  private constructor(readonly folder: string) {}

  static async make(): Promise<StoreFixture> {
    return new StoreFixture(await mkdtemp(join(tmpdir(), 'postroom-store-')));
  }

  async open(options: Partial<SqliteStoreOptions> = {}): Promise<SqliteStore> {
    const store = await SqliteStore.open(this.folder, { clock: new SystemClock(), ...options });
    this.#stores.add(store);
    return store;
  }

  async close(store: SqliteStore): Promise<void> {
    this.#stores.delete(store);
    await store.close();
  }

  async dispose(): Promise<void> {
    for (const store of this.#stores) await store.close();
    await rm(this.folder, { recursive: true });
  }
}
