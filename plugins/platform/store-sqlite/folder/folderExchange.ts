// A data folder that is taken so that its files can be exchanged: locked, with a place for the new ones, and as it was where nothing comes of it.
import { lstat, open, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExchangeNote, FolderExchange } from '@postroom/sdk/services';
import { Ballast } from '../engine/ballast.js';
import { adoptCopy } from '../engine/restored.js';
import { DATABASE_FILE } from '../sqliteStore.js';
import { DataLock, LOCK_FILE } from './dataLock.js';
import { readExchangeMark, removeExchangeMark, writeExchangeMark } from './exchangeMark.js';
import { EXCHANGE_DRAFT } from './leftovers.js';

export class LockedExchange implements FolderExchange {
  readonly draft: string;
  #hasBegun = false;

  private constructor(
    private readonly dataDir: string,
    private readonly isNew: boolean,
    private readonly lock: DataLock,
    private readonly ballast: Ballast,
    private readonly hadBallast: boolean,
  ) {
    this.draft = join(dataDir, EXCHANGE_DRAFT);
  }

  static async take(dataDir: string): Promise<FolderExchange> {
    const isNew = (await lstat(dataDir).catch(() => undefined)) === undefined;
    try {
      const lock = await DataLock.take(dataDir, 'restore');
      const ballast = new Ballast(dataDir);
      const exchange = new LockedExchange(dataDir, isNew, lock, ballast, (await ballast.size()) > 0);
      // Of one that was killed.
      await rm(exchange.draft, { recursive: true, force: true }).catch(async (error: unknown) => {
        await lock.close();
        throw error;
      });
      return exchange;
    } catch (error) {
      if (isNew) await removeMadeFolder(dataDir);
      throw error;
    }
  }

  async giveUpReserve(): Promise<void> {
    await this.ballast.drop();
  }

  adopt(note: string): Promise<number> {
    return adoptCopy(join(this.draft, DATABASE_FILE), note);
  }

  async begin(note: ExchangeNote): Promise<void> {
    await writeExchangeMark(this.dataDir, note);
    this.#hasBegun = true;
  }

  async complete(): Promise<void> {
    await removeExchangeMark(this.dataDir);
    const folder = await open(this.dataDir, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  async close(): Promise<void> {
    if (!this.#hasBegun) {
      await rm(this.draft, { recursive: true, force: true }).catch(() => undefined);
      if (this.hadBallast) await this.ballast.keepForStart().catch(() => undefined);
    }
    await this.lock.close();
    if (!this.#hasBegun && this.isNew) await removeMadeFolder(this.dataDir);
  }
}

/** Of a folder that was made for an exchange which changed nothing: what the lock left in it, and itself. */
async function removeMadeFolder(dataDir: string): Promise<void> {
  if ((await readExchangeMark(dataDir)) !== undefined) return;
  await rm(join(dataDir, LOCK_FILE), { force: true }).catch(() => undefined);
  await rmdir(dataDir).catch(() => undefined);
}
