// Everything durable, opened and closed as one. Several servers may have it open at once.
import type { Disposable, MessageId } from '@postroom/sdk';
import { SystemClock } from '@postroom/sdk/base';
import type { Census, Clock, LostEnd, StoreCopies, StoreMaintenance, StoreRoom, StoreStatistics } from '@postroom/sdk/services';
import type { LoggedListener } from '@postroom/sdk/store';
import { readAddress } from './engine/address.js';
import { contentsOf, takeCensus } from './engine/census.js';
import { PostgresEngine } from './engine/engine.js';
import type { PostgresLeases } from './engine/leases.js';
import { MessageNumbers } from './engine/numbers.js';
import { checkWhole } from './engine/wholeness.js';
import { formerServer, markServer } from './folder/serverMark.js';
import { PostgresMailStore } from './mail/postgresMailStore.js';
import { type PickedUpListener, PickUps } from './maildrops/pickUps.js';
import { PostgresMaildrops } from './maildrops/postgresMaildrops.js';
import { PostgresOutbox } from './outbox/postgresOutbox.js';
import { SharedTally } from './outbox/sharedTally.js';
import { PostgresActivityLog } from './records/postgresActivityLog.js';
import { PostgresDocuments } from './records/postgresDocuments.js';
import { PostgresJournal } from './records/postgresJournal.js';
import { PostgresPluginStorages } from './records/postgresPluginStorages.js';
import { PostgresRevisions } from './records/postgresRevisions.js';

export interface PostgresStoreOptions {
  /** As `postgres://user@host:port/database`; PostgreSQL's own environment says what is left out. */
  readonly address?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly connections?: number | undefined;
  /** This server's name. Two servers on a store have different ones. */
  readonly node: string;
  /** This server's: for waits, and for times of day in the log. */
  readonly ownClock?: Clock | undefined;
  /** In the place of the database's clock, and of this server's: for tests. */
  readonly clock?: Clock | undefined;
  /** Milliseconds after which others take over from this server when nothing was heard of it. */
  readonly goneAfterMs?: number | undefined;
  /** Between two signs of life. */
  readonly renewMs?: number | undefined;
  /** After a commit noted that a client picked messages up. */
  readonly onPickedUp?: PickedUpListener | undefined;
  /** After a commit brought an entry into the activity log. */
  readonly onLogged?: LoggedListener | undefined;
  /** A fire-and-forget change (activity, pick-up notes) was lost. */
  readonly onLost?: ((error: unknown) => void) | undefined;
}

const PLACE = 'the disk of the database server';

export class PostgresStore implements StoreMaintenance {
  readonly mailStore: PostgresMailStore;
  readonly outbox: PostgresOutbox;
  readonly journal: PostgresJournal;
  readonly activity: PostgresActivityLog;
  readonly storages: PostgresPluginStorages;
  readonly revisions: PostgresRevisions;
  readonly maildrops: PostgresMaildrops;
  readonly leases: PostgresLeases;
  readonly documents: PostgresDocuments;
  readonly copies: StoreCopies = {
    kind: 'external',
    instead:
      'The database is backed up by what PostgreSQL brings along: pg_basebackup with WAL archiving, so that no minute is lost, or pg_dump. Restore it with every server stopped.',
  };
  readonly #pickUps: PickUps;
  readonly #tally: SharedTally;
  readonly #following: Disposable;

  private constructor(
    private readonly engine: PostgresEngine,
    { ownClock = new SystemClock(), clock = ownClock, onPickedUp, onLogged, onLost = () => undefined }: PostgresStoreOptions,
  ) {
    const { database, leases, changes } = engine;
    this.leases = leases;
    this.#tally = new SharedTally(database);
    this.#pickUps = new PickUps(database, engine.clock, clock, onPickedUp, onLost);
    this.mailStore = new PostgresMailStore(engine, new MessageNumbers(database), this.#tally, {
      room: () => this.#room(),
      notePickUps: () => this.#pickUps.settle(),
    });
    this.outbox = new PostgresOutbox(database, engine.servers, this.#tally, engine.clock, () => changes.publish('outbox'));
    this.journal = new PostgresJournal(database, leases, engine.clock, clock);
    this.activity = new PostgresActivityLog(database, clock, onLogged, onLost);
    this.storages = new PostgresPluginStorages(database, engine.clock);
    this.revisions = new PostgresRevisions(database, engine.clock);
    this.documents = new PostgresDocuments(engine);
    this.maildrops = new PostgresMaildrops(database, leases, engine.clock, this.#pickUps);
    this.#following = changes.subscribe('outbox', () => this.#tally.heard());
  }

  /**
   * Opens the store for the server of a data folder, which must be the only one there. Throws `store/unreachable`, `store/unfit`, `data/newer`,
   * `data/locked`, `settings/invalid`.
   */
  static async open(dataDir: string, options: PostgresStoreOptions): Promise<PostgresStore> {
    const { address: url, passwordFile, node: name, clock, goneAfterMs, renewMs, connections } = options;
    const engine = await PostgresEngine.open({
      address: readAddress({ url, passwordFile }),
      server: { name, goneAfterMs, renewMs },
      clock,
      connections,
      former: (store) => formerServer(dataDir, store),
      // Without the mark what this process leaves is free only when the store takes it for gone.
      onJoined: (mark) => void markServer(dataDir, mark).catch(() => undefined),
    });
    const store = new PostgresStore(engine, options);
    try {
      await store.#tally.read();
      return store;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  get stats(): StoreStatistics {
    return this.engine.commits.statistics;
  }

  get trouble(): Error | undefined {
    return this.engine.servers.trouble;
  }

  onDidFail(listener: (error: Error) => void): Disposable {
    return this.engine.servers.onDidFail(listener);
  }

  /** Connections are opened again by whoever needs them: this asks whether one gets through. */
  async reopen(): Promise<void> {
    await this.engine.servers.renew();
    await this.#tally.read();
  }

  quickCheck(): Promise<void> {
    return checkWhole(this.engine.database);
  }

  assertDurable(): Promise<string> {
    return this.engine.pool.use((session) => session.checkFitness());
  }

  census(): Promise<Census> {
    return this.engine.aside(takeCensus);
  }

  contents(): AsyncIterable<{ readonly id: MessageId; readonly contentHash: string }> {
    return contentsOf(this.engine.database);
  }

  /** PostgreSQL finds by itself what a crash left, and does not start with less. */
  lostEnd(): Promise<LostEnd | undefined> {
    return Promise.resolve(undefined);
  }

  setLostEndTold(): Promise<void> {
    return Promise.resolve();
  }

  onDidLose(): Disposable {
    return { dispose: () => undefined };
  }

  /** Resolves when everything asked for so far, activity included, has been written. */
  async settle(): Promise<void> {
    await this.mailStore.settle();
    await this.activity.settle();
    await this.#pickUps.settle();
    await this.storages.settle();
  }

  /** Writes what waits, then lets go of everything. */
  async close(): Promise<void> {
    void this.#following.dispose();
    this.#tally.dispose();
    await this.mailStore.close();
    await this.storages.settle();
    await this.#pickUps.close();
    await this.activity.close();
    await this.engine.close();
  }

  #room(): Promise<StoreRoom> {
    const answer = this.trouble !== undefined ? 'no' : this.engine.commits.isFull ? 'only-removals' : 'yes';
    return Promise.resolve({ answer, free: undefined, place: PLACE });
  }
}
