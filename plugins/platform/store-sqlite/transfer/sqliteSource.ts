// The store of a data folder, opened as a server opens it, to be read. Nobody else has the folder meanwhile.
import type { Census, Clock, MovedNote, TransferRecord, TransferSource } from '@postroom/sdk/services';
import { writeMovedMark } from '../folder/movedMark.js';
import { SqliteStore } from '../sqliteStore.js';
import { documentsIn } from './folderRecords.js';
import { numbersIn, readRecords } from './readRecords.js';

export class SqliteSource implements TransferSource {
  private constructor(
    private readonly dataDir: string,
    private readonly store: SqliteStore,
  ) {}

  static async open(dataDir: string, clock: Clock): Promise<SqliteSource> {
    return new SqliteSource(dataDir, await SqliteStore.open(dataDir, { clock, node: 'store copy' }));
  }

  census(): Promise<Census> {
    return this.store.census();
  }

  async *records({ octets } = { octets: true }): AsyncGenerator<TransferRecord> {
    const reader = await this.store.reader();
    try {
      await reader.run('BEGIN');
      yield* readRecords(reader, octets);
      yield* documentsIn(this.store.documents);
      yield await numbersIn(reader);
    } finally {
      await reader.close();
    }
  }

  async retire(note: MovedNote): Promise<void> {
    await writeMovedMark(this.dataDir, note);
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
