// Everything durable, opened and closed as one.
import { join } from 'node:path';
import type { Disposable, MessageId } from '@postroom/sdk';
import { DisposableStack, Listeners } from '@postroom/sdk/base';
import type { Census, Clock, LostEnd, StoreMaintenance, StoreRoom, StoreStatistics } from '@postroom/sdk/services';
import { type LoggedListener, OutboxTally } from '@postroom/sdk/store';
import { Ballast } from './engine/ballast.js';
import { contentsOf, takeCensus } from './engine/census.js';
import { CommitNumber, type LostCommits } from './engine/commitNumber.js';
import type { Connection, Sharing } from './engine/connection.js';
import { assertDurable, checkWritable, emptyWal, lostWal, openReader, openWriter, quickCheck } from './engine/database.js';
import { type FileCopies, fileCopies } from './engine/fileCopies.js';
import { MemoryLeases } from './engine/leases.js';
import { LostEndRecord, lookForEnd, noteLostEnd } from './engine/lostEnd.js';
import { Readers } from './engine/readers.js';
import { Sequence } from './engine/sequence.js';
import { canBeShared, type HeldIndex, type Opened, openOn, openOnAnyDisk } from './engine/walIndex.js';
import { WriteQueue } from './engine/writeQueue.js';
import { refuseHalfCopied } from './folder/copyDraft.js';
import { DataLock } from './folder/dataLock.js';
import { refuseUnfinished } from './folder/exchangeMark.js';
import { FolderDocuments } from './folder/folderDocuments.js';
import { clearLeftovers } from './folder/leftovers.js';
import { refuseMoved } from './folder/movedMark.js';
import { sweepSpilled } from './mail/chunks.js';
import { MailboxNames } from './mail/mailboxNames.js';
import { SqliteMailStore } from './mail/sqliteMailStore.js';
import type { PickedUpListener } from './maildrops/pickUps.js';
import { SqliteMaildrops } from './maildrops/sqliteMaildrops.js';
import { SqliteOutbox } from './outbox/sqliteOutbox.js';
import { countMoved, loadTally } from './outbox/tallyRows.js';
import { SqliteActivityLog } from './records/sqliteActivityLog.js';
import { SqliteJournal } from './records/sqliteJournal.js';
import { SqlitePluginStorages } from './records/sqlitePluginStorages.js';
import { SqliteRevisions } from './records/sqliteRevisions.js';

export interface SqliteStoreOptions {
  readonly clock: Clock;
  /** What people call this server. */
  readonly node: string;
  /** After a commit noted that a client picked messages up. */
  readonly onPickedUp?: PickedUpListener;
  /** After a commit brought an entry into the activity log. */
  readonly onLogged?: LoggedListener;
  /** A fire-and-forget change (activity, pick-up notes) was lost. */
  readonly onLost?: (error: unknown) => void;
}

export const DATABASE_FILE = 'postroom.db';
/** Octets that must be free before the database is shared with other programs again. */
const ROOM_TO_SHARE = 64 * 2 ** 20;

export class SqliteStore implements StoreMaintenance {
  readonly mailStore: SqliteMailStore;
  readonly outbox: SqliteOutbox;
  readonly journal: SqliteJournal;
  readonly activity: SqliteActivityLog;
  readonly storages: SqlitePluginStorages;
  readonly revisions: SqliteRevisions;
  readonly maildrops: SqliteMaildrops;
  readonly documents: FolderDocuments;
  readonly copies: FileCopies;
  readonly #names: MailboxNames;
  readonly #tally = new OutboxTally();
  readonly #lost = new Listeners<void>();
  readonly #lostEnd: LostEndRecord;
  #sharing: Promise<void> | undefined;

  private constructor(
    private readonly dataDir: string,
    readonly path: string,
    private readonly lock: DataLock,
    private readonly queue: WriteQueue,
    private readonly readers: Readers,
    private readonly ballast: Ballast,
    private readonly failed: Listeners<Error>,
    private readonly commits: CommitNumber,
    private sharing: Sharing,
    private index: HeldIndex,
    /** What operations had left that were killed, and is removed now; relative to the data folder. */
    readonly cleared: readonly string[],
    /** What was found when it was opened, in sentences. */
    readonly warnings: readonly string[],
    numbers: { readonly message: Sequence; readonly outbox: Sequence },
    server: number,
    readonly leases: MemoryLeases,
    private readonly options: SqliteStoreOptions,
  ) {
    const { clock, onPickedUp, onLogged } = options;
    this.#names = new MailboxNames(queue, readers);
    commits.onDidWriteLost((moved) => {
      countMoved(this.#tally, moved);
      this.#lost.fire();
    });
    this.mailStore = new SqliteMailStore(queue, readers, this.#names, this.#tally, numbers, clock, server, this);
    this.outbox = new SqliteOutbox(queue, readers, this.#tally, commits.tokens, server, clock);
    this.journal = new SqliteJournal(queue, readers, clock);
    this.activity = new SqliteActivityLog(queue, readers, clock, onLogged);
    this.storages = new SqlitePluginStorages(queue, readers, clock);
    this.#lostEnd = new LostEndRecord(this.storages, clock);
    this.revisions = new SqliteRevisions(queue, readers, clock);
    this.copies = fileCopies(readers, (job) => this.#aside(job));
    this.maildrops = new SqliteMaildrops(queue, readers, this.#names, leases, clock, onPickedUp);
    this.documents = new FolderDocuments(dataDir);
  }

  /**
   * Opens the store of a data folder, and makes both where there are none. Throws `data/locked`, `data/not-writable`, `data/newer`,
   * `data/corrupt`, `data/unfinished`, `data/moved`.
   */
  static async open(dataDir: string, options: SqliteStoreOptions): Promise<SqliteStore> {
    const path = join(dataDir, DATABASE_FILE);
    const ballast = new Ballast(dataDir);
    const opened: { close(): Promise<void> }[] = [];
    const keep = <T extends { close(): Promise<void> }>(resource: T): T => {
      opened.unshift(resource);
      return resource;
    };
    try {
      await refuseToStart(dataDir);
      const lock = keep(await DataLock.take(dataDir));
      // Once more: an exchange may have been interrupted while this start waited for the folder.
      await refuseToStart(dataDir);
      const cleared = await clearLeftovers(dataDir);
      // Before it is opened, which makes a new WAL.
      const missingWal = await lostWal(path);
      const { writer, sharing, index } = await openOnAnyDisk(path, dataDir, ballast);
      keep(index);
      keep(writer);
      const commits = await CommitNumber.open(dataDir, writer, options.clock);
      const warnings = await lookForEnd(commits, writer, ballast, lock.isAfterCrash ? missingWal : undefined, options.clock);
      const server = commits.tokens.next();
      await sweepSpilled(writer, server);
      const numbers = { message: await Sequence.of('message', writer), outbox: await Sequence.of('outbox', writer) };
      await ballast.take().catch(() => undefined);
      const readers = keep(await Readers.open(path, sharing));
      const failed = new Listeners<Error>();
      const onLost = options.onLost ?? (() => undefined);
      const leases = new MemoryLeases({ id: server, name: options.node }, commits.tokens, options.clock);
      const queue = new WriteQueue(writer, options.clock, ballast, onLost, (error) => failed.fire(error), commits, leases);
      const store = new SqliteStore(
        dataDir,
        path,
        lock,
        queue,
        readers,
        ballast,
        failed,
        commits,
        sharing,
        index,
        cleared,
        warnings,
        numbers,
        server,
        leases,
        options,
      );
      await loadTally(store.#tally, readers);
      await store.#load();
      return store;
    } catch (error) {
      for (const resource of opened) await resource.close().catch(() => undefined);
      throw error;
    }
  }

  get stats(): StoreStatistics {
    return this.queue.statistics;
  }

  /** Where room has come back, others may read the database again. */
  async room(octets: number): Promise<StoreRoom> {
    const free = await this.ballast.room();
    if (this.sharing === 'alone' && free >= ROOM_TO_SHARE && (await canBeShared(this.dataDir))) {
      this.#sharing ??= this.#shareAgain();
      await this.#sharing;
    }
    const answer = this.trouble !== undefined ? 'no' : free < octets ? 'only-removals' : 'yes';
    return { answer, free, place: 'the disk of the data folder' };
  }

  async #shareAgain(): Promise<void> {
    try {
      await this.queue.exchangeWriter(async (writer) => {
        let opened: Opened | undefined;
        await this.readers.exchange(this.path, async () => {
          await writer.close();
          opened = await this.#openAnew();
          return opened.sharing;
        });
        return opened?.writer ?? writer;
      });
    } finally {
      this.#sharing = undefined;
    }
  }

  /** Resolves when everything asked for so far, activity included, has been written. */
  settle(): Promise<void> {
    return this.queue.settle();
  }

  get trouble(): Error | undefined {
    return this.queue.trouble;
  }

  onDidFail(listener: (error: Error) => void): Disposable {
    return this.failed.add(listener);
  }

  /** What had been committed is lost: found when it was opened again after the disk failed, or at the start, and written down now. */
  onDidLose(listener: () => void): Disposable {
    return this.#lost.add(listener);
  }

  lostEnd(): Promise<LostEnd | undefined> {
    return this.#lostEnd.read();
  }

  setLostEndTold(end: LostEnd): Promise<void> {
    return this.#lostEnd.setTold(end);
  }

  async reopen(): Promise<void> {
    let lost: LostCommits | undefined;
    await this.queue.replaceWriter(async () => {
      const writer = await this.#openWriterAgain();
      try {
        await quickCheck(writer);
        await checkWritable(writer);
        await emptyWal(writer);
        lost = await this.commits.reread(writer, (end) => noteLostEnd(writer, end, this.options.clock.now()));
        await loadTally(this.#tally, writer);
        return writer;
      } catch (error) {
        await writer.close();
        throw error;
      }
    });
    if (this.readers.isDown) await this.readers.exchange(this.path, () => Promise.resolve(this.sharing));
    await this.#load();
    if (lost !== undefined) this.#lost.fire();
  }

  /** Where no reader has it open either, the index is made again, on the room that there is now. */
  async #openWriterAgain(): Promise<Connection> {
    return this.readers.isDown ? (await this.#openAnew()).writer : openWriter(this.path, this.sharing);
  }

  /** No connection is open. */
  async #openAnew(): Promise<Opened> {
    await this.index.close();
    const opened = await openOn(this.path, this.dataDir);
    ({ sharing: this.sharing, index: this.index } = opened);
    return opened;
  }

  async quickCheck(): Promise<void> {
    await this.#aside((connection) => quickCheck(connection));
  }

  async assertDurable(): Promise<string> {
    await this.queue.write({ changesNothing: true, run: assertDurable });
    return 'WAL with synchronous=FULL is in force.';
  }

  census(): Promise<Census> {
    return this.#aside((connection) => takeCensus(connection));
  }

  contents(): AsyncIterable<{ readonly id: MessageId; readonly contentHash: string }> {
    return contentsOf(this.readers);
  }

  /** Writes what waits, then lets go of everything, also where something of it fails. */
  async close(): Promise<void> {
    const ending = new DisposableStack();
    ending.defer(() => this.lock.close());
    ending.defer(() => this.ballast.keepForStart().catch(() => undefined));
    ending.defer(() => this.commits.close());
    ending.defer(() => this.index.close());
    ending.defer(() => this.queue.close());
    ending.defer(() => this.readers.close());
    ending.defer(() => this.queue.settle());
    await ending.dispose();
  }

  async #load(): Promise<void> {
    await this.#names.load();
    await this.storages.load();
  }

  /** A connection for long reading, so that it blocks no other reader. Whoever asks closes it. */
  reader(): Promise<Connection> {
    return openReader(this.path, this.sharing);
  }

  async #aside<T>(job: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.reader();
    try {
      return await job(connection);
    } finally {
      await connection.close();
    }
  }
}

/** Throws where files of the folder are half of one store, half of another, or the store is used elsewhere by now. */
async function refuseToStart(dataDir: string): Promise<void> {
  await refuseUnfinished(dataDir);
  await refuseMoved(dataDir);
  await refuseHalfCopied(dataDir, DATABASE_FILE);
}
