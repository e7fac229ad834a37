// One store with its servers: whole ones, each a process of its own on a data folder of its own.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { SystemClock } from '@postroom/sdk/base';
import { SqliteStore } from '#plugins/platform/store-sqlite/dist/sqliteStore.js';
import { PostgresStore } from '#plugins/store-postgres/dist/postgresStore.js';
import type { Cluster } from '../../kit/postgres/cluster.js';
import type { ClusterDatabase } from '../../kit/postgres/database.js';
import { fillMailboxes } from '../fillStore.js';
import { makeDataFolder, type OurOptions, OurServer } from '../ourServer.js';

/** Servers on one store have one key. */
const SECRET_KEY = Buffer.alloc(32, 7);

/** Mail that is there before the servers start. */
export interface Filling {
  /** As `account/user`. */
  readonly mailboxes: readonly string[];
  /** In each of them. */
  readonly messages: number;
  readonly octets: number;
}

/** Process numbers: of servers, and of the engine's first process, none where it is in the servers. */
export interface Subjects {
  readonly servers: readonly number[];
  readonly engine: readonly number[];
}

export interface Site {
  readonly servers: readonly OurServer[];
  readonly subjects: Subjects;
  /** One more server; on a folder that one had before, where there is such a one. */
  add(): Promise<OurServer>;
  /** Its servers end; the store stays. */
  stop(): Promise<void>;
  /** Stops them, and takes the store away. */
  remove(): Promise<void>;
}

abstract class Servers implements Site {
  readonly servers: OurServer[] = [];
  abstract readonly engine: readonly number[];

  constructor(
    protected readonly folder: string,
    private readonly options: OurOptions,
  ) {}

  get subjects(): Subjects {
    return { servers: this.servers.map(({ pid }) => pid), engine: this.engine };
  }

  async add(): Promise<OurServer> {
    const node = `node-${this.servers.length}`;
    const dataDir = path.join(this.folder, node);
    const key = path.join(dataDir, 'secret.key');
    if (!existsSync(key)) {
      await makeDataFolder(dataDir, this.options);
      await writeFile(key, SECRET_KEY, { mode: 0o600 });
    }
    const server = await OurServer.start(dataDir, this.environment(node));
    this.servers.push(server);
    return server;
  }

  async stop(): Promise<void> {
    for (const server of this.servers.splice(0)) await server.stop();
  }

  async remove(): Promise<void> {
    await this.stop();
  }

  protected abstract environment(node: string): Readonly<Record<string, string>>;
}

class SqliteSite extends Servers {
  /** It is in the server. */
  readonly engine = [];

  static async make(folder: string, options: OurOptions, filling: Filling | undefined): Promise<SqliteSite> {
    const site = new SqliteSite(folder, options);
    if (filling !== undefined) await site.#fill(filling);
    return site;
  }

  async #fill({ mailboxes, messages, octets }: Filling): Promise<void> {
    const dataDir = path.join(this.folder, 'node-0');
    await mkdir(dataDir, { recursive: true });
    const store = await SqliteStore.open(dataDir, { clock: new SystemClock(), node: 'node-0' });
    await fillMailboxes(store, mailboxes, messages, octets);
    await store.close();
  }

  protected environment(): Readonly<Record<string, string>> {
    return {};
  }
}

class PostgresSite extends Servers {
  private constructor(
    folder: string,
    options: OurOptions,
    private readonly database: ClusterDatabase,
    readonly engine: readonly number[],
  ) {
    super(folder, options);
  }

  static async make(cluster: Cluster, folder: string, options: OurOptions, filling: Filling | undefined): Promise<PostgresSite> {
    const pid = Number(readFileSync(path.join(cluster.folder, 'data', 'postmaster.pid'), 'latin1').split('\n')[0]);
    const site = new PostgresSite(folder, options, await cluster.database(), [pid]);
    if (filling !== undefined) await site.#fill(filling);
    return site;
  }

  override async remove(): Promise<void> {
    await super.remove();
    await this.database.drop();
  }

  async #fill({ mailboxes, messages, octets }: Filling): Promise<void> {
    const dataDir = path.join(this.folder, 'fill');
    await mkdir(dataDir, { recursive: true });
    const store = await PostgresStore.open(dataDir, { address: this.database.url(), node: 'fill' });
    await fillMailboxes(store, mailboxes, messages, octets);
    await store.close();
    // As autovacuum would do within a minute.
    await this.database.query('VACUUM ANALYZE');
  }

  protected environment(node: string): Readonly<Record<string, string>> {
    return { POSTROOM_STORE: this.database.url(), POSTROOM_NODE: node };
  }
}

/** What makes sites for one comparison. */
export interface Sites {
  sqlite(name: string, options: OurOptions, filling?: Filling): Promise<Site>;
  postgres(name: string, options: OurOptions, filling?: Filling): Promise<Site>;
}

export function sitesIn(folder: string, cluster: Cluster): Sites {
  return {
    sqlite: (name, options, filling) => SqliteSite.make(path.join(folder, `${name}-sqlite`), options, filling),
    postgres: (name, options, filling) => PostgresSite.make(cluster, path.join(folder, `${name}-postgres`), options, filling),
  };
}
