// StoreTransfer on SQLite: the store of a data folder is read, or put together in it anew.
import { join } from 'node:path';
import { PostroomError } from '@postroom/sdk';
import type { Clock, MovedNote, StoreTransfer, TransferSource, TransferTarget } from '@postroom/sdk/services';
import { exists, refuseHalfCopied } from '../folder/copyDraft.js';
import { DataLock } from '../folder/dataLock.js';
import { readMovedMark, removeMovedMark } from '../folder/movedMark.js';
import { DATABASE_FILE } from '../sqliteStore.js';
import { SqliteSource } from './sqliteSource.js';
import { SqliteTarget } from './sqliteTarget.js';

export class SqliteTransfer implements StoreTransfer {
  readonly setting = 'sqlite';
  readonly isShared = false;

  constructor(
    private readonly dataDir: string,
    private readonly clock: Clock,
  ) {}

  get place(): string {
    return `the database in ${this.dataDir}`;
  }

  async openSource(): Promise<TransferSource> {
    if (await exists(join(this.dataDir, DATABASE_FILE))) return SqliteSource.open(this.dataDir, this.clock);
    throw new PostroomError(
      'data/missing',
      `There is no ${DATABASE_FILE} in ${this.dataDir}: nothing can be copied from there. Name the right folder with --data, and the right store with --from.`,
      { path: this.dataDir },
    );
  }

  async openTarget(): Promise<TransferTarget> {
    const lock = await DataLock.take(this.dataDir, 'restore');
    if (!(await exists(join(this.dataDir, DATABASE_FILE)))) return new SqliteTarget(this.dataDir, lock, this.clock);
    await lock.close();
    throw new PostroomError(
      'store/not-empty',
      `There is a ${DATABASE_FILE} in ${this.dataDir} already, which is not written over. Move it away, with the files whose names begin like it, or name another folder.`,
      { path: this.dataDir },
    );
  }

  moved(): Promise<MovedNote | undefined> {
    return readMovedMark(this.dataDir);
  }

  async takeUp(): Promise<void> {
    await refuseHalfCopied(this.dataDir, DATABASE_FILE);
    if ((await this.moved()) === undefined) return;
    const lock = await DataLock.take(this.dataDir, 'restore');
    try {
      await removeMovedMark(this.dataDir);
    } finally {
      await lock.close();
    }
  }
}
