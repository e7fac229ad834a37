// The stores that suites of the flow run on: SQLite always, PostgreSQL where it is on this machine.
import { cpSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { VirtualClock } from '@postroom/sdk/testing';
import type { Cluster } from './postgres/cluster.js';
import { type ClusterDatabase, OWNER } from './postgres/database.js';
import { testCluster } from './postgres/testCluster.js';
import { Postroom, type PostroomOptions } from './postroom.js';
import { WireProxy } from './wire/wireProxy.js';

/** What a suite has of its store. One office at a time. */
export interface FlowStore {
  readonly kind: 'sqlite' | 'postgres';
  /** The clock of the next office: of the server and of its store. It is moved by `advance`. */
  clock(): VirtualClock;
  start(options?: PostroomOptions): Promise<Postroom>;
  /** The server is dead from this moment on: what it still does reaches no store. */
  die(office: Postroom): void;
  /** The next server on what the dead one left. */
  revive(office: Postroom): Promise<void>;
}

/** `short`: also in the short form of the tests. `long`: on PostgreSQL only in `npm run test:stores`, which has the long form. */
export function onEachStore(title: string, form: 'short' | 'long', suite: (store: FlowStore) => void): void {
  describe(title, () => suite(new SqliteFlow()));
  if (form === 'long' && process.env['STORE_SUITE'] !== 'long') return;
  describe('on PostgreSQL', function () {
    this.timeout(120_000);
    let store: PostgresFlow | undefined;
    const here = (): PostgresFlow => {
      if (store === undefined) throw new Error('PostgreSQL has not been started.');
      return store;
    };
    // Before the leak check of the suite: the cluster goes on.
    before(async function () {
      store = new PostgresFlow(await testCluster(this));
    });
    afterEach(() => store?.clear());
    describe(title, () =>
      suite({
        kind: 'postgres',
        clock: () => here().clock(),
        start: (options) => here().start(options),
        die: () => here().die(),
        revive: (office) => here().revive(office),
      }),
    );
  });
}

class SqliteFlow implements FlowStore {
  readonly kind = 'sqlite';
  #left: string | undefined;

  clock(): VirtualClock {
    return new VirtualClock();
  }

  start(options?: PostroomOptions): Promise<Postroom> {
    return Postroom.start(options);
  }

  die(office: Postroom): void {
    this.#left = path.join(tmpdir(), `postroom-left-${process.pid}-${path.basename(office.dataDir)}`);
    cpSync(office.dataDir, this.#left, { recursive: true, filter: (file) => !file.endsWith('.sock') });
  }

  async revive(office: Postroom): Promise<void> {
    const left = this.#left;
    if (left === undefined) throw new Error('The server did not die.');
    await office.close();
    await rm(office.dataDir, { recursive: true });
    cpSync(left, office.dataDir, { recursive: true });
    await rm(left, { recursive: true });
    await office.open();
  }
}

/** PostgreSQL's functions give way to those of a schema that is named before them: the database has the time of the test. */
const TEST_TIME = `CREATE TABLE test_time (ms bigint NOT NULL);
  CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT pg_catalog.to_timestamp(ms / 1000.0) FROM public.test_time';
  GRANT SELECT ON test_time TO ${OWNER}`;

class DatabaseTime extends VirtualClock {
  database: ClusterDatabase | undefined;

  /** Whoever lives goes on living: its signs of life come by the real time. */
  override async advance(ms: number): Promise<void> {
    await this.database?.query(`WITH server AS (UPDATE server SET heard_at = heard_at + ${ms}, until = until + ${ms})
      UPDATE test_time SET ms = ms + ${ms}`);
    await super.advance(ms);
  }
}

class PostgresFlow {
  #database: ClusterDatabase | undefined;
  #proxy: WireProxy | undefined;
  #clock: DatabaseTime | undefined;

  constructor(private readonly cluster: Cluster) {}

  clock(): VirtualClock {
    this.#clock = new DatabaseTime();
    return this.#clock;
  }

  async start(options: PostroomOptions = {}): Promise<Postroom> {
    const database = await this.cluster.database();
    this.#database = database;
    if (this.#clock !== undefined) {
      await database.query(TEST_TIME);
      await database.query(`INSERT INTO test_time VALUES (${this.#clock.now().getTime()})`);
      await database.query(`ALTER DATABASE ${database.name} SET search_path = public, pg_catalog`);
      this.#clock.database = database;
    }
    this.#proxy = await WireProxy.start(this.cluster.port);
    return Postroom.start({ ...options, boot: { ...options.boot, store: database.url({ port: this.#proxy.port }), node: 'a' } });
  }

  die(): void {
    this.#proxy?.shut();
  }

  async revive(office: Postroom): Promise<void> {
    await office.close();
    this.#proxy?.open();
    await office.open();
  }

  /** After the office has been stopped. */
  async clear(): Promise<void> {
    await this.#proxy?.close();
    await this.#database?.drop();
    [this.#proxy, this.#database, this.#clock] = [undefined, undefined, undefined];
  }
}
