// A store on PostgreSQL in a database of its own. Each server has a way of its own to it, which can be cut, held, or made to lose an answer.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StorePlace, TestedStoreOptions } from '@postroom/sdk/testing/store';
import { PostgresStore } from '#plugins/store-postgres/dist/postgresStore.js';
import { PostgresTransfer } from '#plugins/store-postgres/dist/transfer/postgresTransfer.js';
import type { Cluster } from '../../kit/postgres/cluster.js';
import type { ClusterDatabase } from '../../kit/postgres/database.js';
import { until } from '../../kit/until.js';
import { WireProxy } from '../../kit/wire/wireProxy.js';

/** Signs of life come often, so that tests need not wait for them; who is gone they say themselves. */
const RENEW_MS = 200;
/** The statement by which a message is stored. */
const STORES_MESSAGE = /INSERT INTO message\b/;

interface OpenServer {
  readonly name: string;
  readonly proxy: WireProxy;
}

export class PostgresPlace implements StorePlace {
  readonly several = true;
  readonly #servers = new Map<PostgresStore, OpenServer>();
  /** Servers that were ended; they notice it in their own time. */
  readonly #ended: Promise<void>[] = [];
  readonly #paused = new Set<PostgresStore>();

  private constructor(
    readonly database: ClusterDatabase,
    private readonly cluster: Cluster,
    /** Of the servers' data folders, each by its name. */
    private readonly folder: string,
  ) {}

  static async make(cluster: Cluster): Promise<PostgresPlace> {
    return new PostgresPlace(await cluster.database(), cluster, await mkdtemp(path.join(tmpdir(), 'postroom-place-')));
  }

  get transfer(): PostgresTransfer {
    return new PostgresTransfer({ address: this.database.url(), passwordFile: undefined });
  }

  async open({ server: name = 'a', clock, onPickedUp }: TestedStoreOptions = {}): Promise<PostgresStore> {
    const dataDir = path.join(this.folder, name);
    await mkdir(dataDir, { recursive: true });
    const proxy = await WireProxy.start(this.cluster.port);
    try {
      const store = await PostgresStore.open(dataDir, {
        address: this.database.url({ port: proxy.port }),
        node: name,
        clock,
        onPickedUp,
        renewMs: RENEW_MS,
      });
      this.#servers.set(store, { name, proxy });
      return store;
    } catch (error) {
      await proxy.close();
      throw error;
    }
  }

  async close(store: PostgresStore): Promise<void> {
    const { proxy } = this.#of(store);
    this.#servers.delete(store);
    await store.close();
    await proxy.close();
  }

  async dispose(): Promise<void> {
    for (const [store, { proxy }] of this.#servers) {
      proxy.open();
      proxy.go();
      await this.close(store);
    }
    await Promise.all(this.#ended);
    await this.database.drop();
    await rm(this.folder, { recursive: true });
  }

  pause(store: PostgresStore): Promise<() => Promise<void>> {
    const { proxy } = this.#of(store);
    proxy.hold();
    this.#paused.add(store);
    return Promise.resolve(() => {
      this.#paused.delete(store);
      proxy.go();
      return Promise.resolve();
    });
  }

  /** Nothing gets through to this server's database any more, until the function answered is called. */
  cutOff(store: PostgresStore): () => void {
    const { proxy } = this.#of(store);
    proxy.shut();
    return () => proxy.open();
  }

  endOf(store: PostgresStore): Promise<void> {
    const { proxy } = this.#of(store);
    this.#servers.delete(store);
    proxy.shut();
    this.#ended.push(store.close().then(() => proxy.close()));
    return Promise.resolve();
  }

  async forgetGone(): Promise<void> {
    const [clock] = await this.database.query('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now');
    const now = clock?.['now'];
    const living = [...this.#servers].flatMap(([store, { name }]) => (this.#paused.has(store) ? [] : [name])).sort();
    await until('the living are heard of', async () => {
      const heard = await this.database.query('SELECT name FROM server WHERE heard_at > $1', [now]);
      return living.every((name) => heard.some((each) => each['name'] === name));
    });
    await this.database.query('UPDATE server SET until = heard_at WHERE heard_at <= $1', [now]);
  }

  async halves(): Promise<number> {
    return (await this.database.query('SELECT message_id FROM spill')).length;
  }

  loseAnswer(store: PostgresStore, isStored: boolean): Promise<void> {
    void this.#of(store).proxy.lose({ of: STORES_MESSAGE, isStored });
    return Promise.resolve();
  }

  #of(store: PostgresStore): OpenServer {
    const server = this.#servers.get(store);
    if (server === undefined) throw new Error('This store is not open here.');
    return server;
  }
}
