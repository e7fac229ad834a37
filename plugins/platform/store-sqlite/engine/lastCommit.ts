// The number of the last commit, kept beside the database as well: a database that has a lower one has lost its end. Written in place and never
// waited for, so it may lag behind by a moment; it is never ahead of what is on disk.
import { type FileHandle, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** In the data folder. Its name sorts before the database's, so that a copy in the order of names takes it first. */
export const LAST_COMMIT_FILE = 'last-commit';

export interface LastCommit {
  /** Which database. */
  readonly database: string;
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The database was closed in order after it. */
  readonly isClosed: boolean;
}

/** Always as long, so that it can be written over in place, on a full disk too. */
const LENGTH = 160;

/** `undefined` where there is none, or none that can be read. */
export async function readLastCommit(folder: string): Promise<LastCommit | undefined> {
  const text = await readFile(join(folder, LAST_COMMIT_FILE), 'utf8').catch(() => '');
  try {
    const { database, commit, at, closed } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const time = new Date(String(at)).getTime();
    if (typeof database !== 'string' || !Number.isSafeInteger(commit) || Number.isNaN(time)) return undefined;
    return { database, number: commit as number, at: time, isClosed: closed === true };
  } catch {
    return undefined;
  }
}

const NOT_OURS: readonly string[] = ['EACCES', 'EPERM', 'ENOENT'];

/** One that belongs to somebody else, as after a command of root's or a copy, would stay as it is for ever, and nothing lost be seen by it. */
async function openAnew(path: string): Promise<FileHandle> {
  return open(path, 'w', 0o600).catch(async (error: NodeJS.ErrnoException) => {
    if (!NOT_OURS.includes(error.code ?? '')) throw error;
    await unlink(path);
    return open(path, 'w', 0o600);
  });
}

export async function writeLastCommit(folder: string, { database, number, at, isClosed }: LastCommit): Promise<void> {
  const text = JSON.stringify({ database, commit: number, at: new Date(at).toISOString(), closed: isClosed });
  const path = join(folder, LAST_COMMIT_FILE);
  const file = await open(path, 'r+').catch(() => openAnew(path));
  try {
    await file.write(Buffer.from(`${text.padEnd(LENGTH - 1)}\n`, 'latin1'), 0, LENGTH, 0);
  } finally {
    await file.close();
  }
}
