// The engine of the store on PostgreSQL, opened and closed as one: connections, schema, this server's place among the others.
import type { Clock } from '@postroom/sdk/services';
import type { StoreAddress } from './address.js';
import { Changes } from './changes.js';
import { CommitLog } from './commitLog.js';
import { type Database, PooledDatabase } from './database.js';
import { DatabaseSession } from './databaseSession.js';
import { clockOf, DATABASE_CLOCK, type EngineClock } from './engineClock.js';
import { PostgresLeases } from './leases.js';
import { migrate } from './migrations.js';
import { type JoinOptions, Servers } from './servers.js';
import { SessionPool } from './sessionPool.js';
import { StandingSession } from './standingSession.js';

export interface EngineOptions {
  readonly address: StoreAddress;
  readonly server: JoinOptions;
  /** In the place of the database's clock: for tests. */
  readonly clock?: Clock | undefined;
  /** At most so many connections, besides the one for signs of life. */
  readonly connections?: number | undefined;
  readonly patienceMs?: number | undefined;
  /**
   * The number that the process had on this store which was on this data folder before: it is dead, so what it left is this one's at once.
   */
  readonly former?: ((storeId: string) => Promise<number | undefined>) | undefined;
  /** This server has a new number: at the start, and where others gave it up while it stood still. */
  readonly onJoined?: ((ids: { readonly store: string; readonly server: number }) => void) | undefined;
}

/** What a room of the store needs of it. */
export interface Engine {
  readonly database: Database;
  readonly clock: EngineClock;
  readonly servers: Servers;
  readonly leases: PostgresLeases;
  readonly changes: Changes;
}

const CONNECTIONS = 10;
/** A statement that takes longer is called off. */
const PATIENCE_MS = 30_000;
const LONG_MS = 3_600_000;

export class PostgresEngine implements Engine {
  readonly database: Database;
  readonly clock: EngineClock;
  readonly servers: Servers;
  readonly leases: PostgresLeases;
  readonly changes: Changes;
  readonly pool: SessionPool;
  readonly commits: CommitLog;
  private readonly address: StoreAddress;
  /** What PostgreSQL's own lists call its connections. */
  private readonly application: string;
  readonly #pulse: StandingSession;
  #storeId = '';

  private constructor({ address, server, clock, connections = CONNECTIONS, patienceMs = PATIENCE_MS, onJoined }: EngineOptions) {
    this.address = address;
    this.application = `postroom ${server.name}`;
    const session = { application: this.application, patienceMs };
    this.pool = new SessionPool(address, session, connections);
    this.#pulse = new StandingSession(address, session, (each) => this.changes.hear(each));
    this.commits = new CommitLog();
    this.database = new PooledDatabase(this.pool, this.commits);
    this.clock = clock === undefined ? DATABASE_CLOCK : clockOf(clock);
    this.changes = new Changes(this.#pulse);
    this.servers = new Servers(this.database, this.#pulse, server, (id) => onJoined?.({ store: this.#storeId, server: id }));
    this.leases = new PostgresLeases(this.database, this.servers);
    // Sooner than by the next sign of life it is known whether anything can be stored.
    this.commits.onAway(() => void this.servers.renew().catch(() => undefined));
  }

  /** Throws `store/unreachable`, `store/unfit`, `data/newer`, `data/locked`. */
  static async open(options: EngineOptions): Promise<PostgresEngine> {
    const { former } = options;
    const engine = new PostgresEngine(options);
    try {
      engine.#storeId = await engine.aside(migrate);
      await engine.servers.join(await former?.(engine.#storeId));
      // From here on it hears of changes.
      await engine.servers.renew();
      return engine;
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  /** Names the store for good: in a data folder stands which one it belongs to. */
  get storeId(): string {
    return this.#storeId;
  }

  /** Work that may take long, on a connection of its own. */
  async aside<T>(work: (session: DatabaseSession) => Promise<T>): Promise<T> {
    const session = await DatabaseSession.open(this.address, { application: this.application, patienceMs: LONG_MS });
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  }

  async close(): Promise<void> {
    await this.changes.close();
    await this.servers.close();
    await this.#pulse.close();
    await this.pool.close();
  }
}
