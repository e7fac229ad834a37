// A store that is put together beside where it is to be: until it is whole, and checked, it is a folder that no server starts on.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@postroom/sdk/base';
import type { Census, Clock, TransferRecord, TransferTarget } from '@postroom/sdk/services';
import { takeCensus } from '../engine/census.js';
import type { Connection } from '../engine/connection.js';
import { openWriter } from '../engine/database.js';
import { bringIn, COPY_DRAFT } from '../folder/copyDraft.js';
import type { DataLock } from '../folder/dataLock.js';
import { FolderDocuments } from '../folder/folderDocuments.js';
import { removeMovedMark } from '../folder/movedMark.js';
import { DATABASE_FILE } from '../sqliteStore.js';
import { documentsIn } from './folderRecords.js';
import { numbersIn, readRecords } from './readRecords.js';
import { writeRecords } from './writeRecords.js';

export class SqliteTarget implements TransferTarget {
  readonly #draft: string;
  readonly #documents: FolderDocuments;
  #connection: Promise<Connection> | undefined;

  constructor(
    private readonly dataDir: string,
    private readonly lock: DataLock,
    private readonly clock: Clock,
  ) {
    this.#draft = join(dataDir, COPY_DRAFT);
    this.#documents = new FolderDocuments(this.#draft);
  }

  async take(records: AsyncIterable<TransferRecord>): Promise<void> {
    await this.#closeDraft();
    await rm(this.#draft, { recursive: true, force: true });
    await makeFolder(this.#draft, 0o700);
    await writeRecords(await this.#open(), records, (name, octets) => this.#documents.put(name, octets, undefined));
  }

  async census(): Promise<Census> {
    return takeCensus(await this.#open());
  }

  async *records({ octets } = { octets: true }): AsyncGenerator<TransferRecord> {
    const connection = await this.#open();
    yield* readRecords(connection, octets);
    yield* documentsIn(this.#documents);
    yield await numbersIn(connection);
  }

  async finish(): Promise<readonly string[]> {
    // The WAL goes into the database when its last connection is closed.
    await this.#closeDraft();
    const aside = await bringIn(this.dataDir, DATABASE_FILE, this.clock);
    await removeMovedMark(this.dataDir);
    return aside;
  }

  async close(): Promise<void> {
    await this.#closeDraft();
    await this.lock.close();
  }

  #open(): Promise<Connection> {
    this.#connection ??= openWriter(join(this.#draft, DATABASE_FILE), 'alone');
    return this.#connection;
  }

  async #closeDraft(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await (await connection?.catch(() => undefined))?.close();
  }
}
