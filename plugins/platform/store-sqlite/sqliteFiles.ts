// StoreFiles on SQLite.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, ExchangeNote, FolderExchange, StoreCopy, StoreFiles } from '@postroom/sdk/services';
import { Ballast } from './engine/ballast.js';
import { LAST_COMMIT_FILE } from './engine/lastCommit.js';
import { readExchangeMark } from './folder/exchangeMark.js';
import { LockedExchange } from './folder/folderExchange.js';
import { EXCHANGE_DRAFT } from './folder/leftovers.js';
import { MOVED_FILE } from './folder/movedMark.js';
import { DATABASE_FILE, SqliteStore } from './sqliteStore.js';

/** What a file takes up is counted in blocks of so many octets (stat(2)). */
const BLOCK_OCTETS = 512;

export class SqliteFiles implements StoreFiles {
  readonly copyName = DATABASE_FILE;
  /** The database with its companions: a -wal file of a former one, what it had committed last, where its content went. */
  readonly names = [DATABASE_FILE, `${DATABASE_FILE}-wal`, `${DATABASE_FILE}-shm`, LAST_COMMIT_FILE, MOVED_FILE];

  constructor(private readonly clock: Clock) {}

  async openCopy(folder: string): Promise<StoreCopy> {
    const store = await SqliteStore.open(folder, { clock: this.clock, node: 'copy' });
    return {
      quickCheck: () => store.quickCheck(),
      census: () => store.census(),
      contents: () => store.contents(),
      read: (id) => store.mailStore.read(id),
      close: () => store.close(),
    };
  }

  async atHand(dataDir: string): Promise<number> {
    return (await new Ballast(dataDir).size()) + (await octetsBelow(join(dataDir, EXCHANGE_DRAFT)));
  }

  interrupted(dataDir: string): Promise<ExchangeNote | undefined> {
    return readExchangeMark(dataDir);
  }

  beginExchange(dataDir: string): Promise<FolderExchange> {
    return LockedExchange.take(dataDir);
  }
}

/** That the files in a folder take up on the disk; 0 where there is none. */
async function octetsBelow(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch((): string[] => []);
  const blocks = await Promise.all(names.map(async (name) => (await stat(join(folder, name)).catch(() => undefined))?.blocks ?? 0));
  return blocks.reduce((sum, count) => sum + count * BLOCK_OCTETS, 0);
}
