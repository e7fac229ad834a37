// One process a data folder. The lock is an exclusive transaction on a separate file: the system releases it when the process
// ends, however it ends, so there are no stale locks and no guessing about process numbers.
import { access, chmod, constants, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PostroomError, sentenceOf } from '@postroom/sdk';
import { isNoRoom, makeFolder, noRoom, whyNoFile } from '@postroom/sdk/base';
import { Connection, DatabaseError } from '../engine/connection.js';

/** In the data folder; empty. */
export const LOCK_FILE = 'postroom.lock';

export class DataLock {
  readonly #connection: Connection;

  private constructor(
    connection: Connection,
    private readonly numberPath: string,
    /** The previous process did not release the folder in order: a crash, a kill, a power cut. */
    readonly isAfterCrash: boolean,
  ) {
    this.#connection = connection;
  }

  /**
   * Takes the folder, made where there is none (0700). `purpose`: who only replaces files leaves no sign of a crash of the server where it is killed.
   * Throws `data/locked` or `data/not-writable`.
   */
  static async take(dataDir: string, purpose: 'serve' | 'restore' = 'serve'): Promise<DataLock> {
    await prepareFolder(dataDir);
    const path = join(dataDir, LOCK_FILE);
    // Not in the lock file itself: closing that file in this process would give the lock away (POSIX).
    const numberPath = join(dataDir, 'postroom.pid');
    const connection = await Connection.open(path, 'create').catch(async (error: unknown) => {
      throw notWritable(dataDir, (await whyNoFile(dataDir)) ?? error);
    });
    try {
      // A server that has the folder keeps it: waiting would only delay the answer. No journal: a full disk has no room for one.
      await connection.exec('PRAGMA journal_mode = MEMORY');
      await connection.exec('PRAGMA busy_timeout = 100; BEGIN EXCLUSIVE;');
    } catch (error) {
      await connection.close();
      throw error instanceof DatabaseError && error.trouble === 'busy' ? await locked(dataDir, numberPath) : notWritable(dataDir, error);
    }
    await chmod(path, 0o600);
    const left = await readFile(numberPath, 'utf8').catch(() => undefined);
    const isAfterCrash = left !== undefined && !left.includes(RESTORING);
    // For the refusal's sentence only: a full disk must not keep the server from starting.
    const text = `${process.pid}\n${purpose === 'restore' ? `${RESTORING}\n` : ''}`;
    await writeFile(numberPath, text, { mode: 0o600 }).catch(() => undefined);
    return new DataLock(connection, numberPath, isAfterCrash);
  }

  async close(): Promise<void> {
    await rm(this.numberPath, { force: true }).catch(() => undefined);
    await this.#connection.close();
  }
}

const RESTORING = 'restoring';

async function prepareFolder(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir, 0o700);
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    if (((await stat(dataDir)).mode & 0o077) !== 0) await chmod(dataDir, 0o700);
  } catch (error) {
    throw notWritable(dataDir, error);
  }
}

function notWritable(dataDir: string, error: unknown): PostroomError {
  if (isNoRoom(error)) return noRoom(dataDir, 'not even the lock of the folder can be made', 'Make room there.', error);
  return new PostroomError(
    'data/not-writable',
    `The data folder ${dataDir} can't be written (${sentenceOf(error)}). It must belong to the user that runs Postroom, on a disk that is mounted for writing.`,
    { path: dataDir },
    { cause: error },
  );
}

async function locked(dataDir: string, numberPath: string): Promise<PostroomError> {
  const text = await readFile(numberPath, 'utf8').catch(() => '');
  const pid = /^\d+/.exec(text)?.[0] ?? '';
  const other = pid === '' ? 'another process' : `process ${pid}`;
  return new PostroomError(
    'data/locked',
    text.includes(RESTORING)
      ? `A backup is being restored into the data folder ${dataDir} by ${other}. Wait until that is done.`
      : `The data folder ${dataDir} is in use by ${other}. Stop that server first, or use another folder with --data.`,
    {
      path: dataDir,
      pid,
    },
  );
}
