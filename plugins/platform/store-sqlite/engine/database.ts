// Opens the database file: never a half made one, never an empty one in the place of a damaged one, never with weak durability.
import { chmod, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PostroomError, sentenceOf } from '@postroom/sdk';
import { cannotWrite, freeOctets, isNoRoom, noRoom, whyNoFile } from '@postroom/sdk/base';
import { Connection, DatabaseError, type Sharing } from './connection.js';
import { prepareGroupInsert } from './groupInsert.js';
import { latestVersion, migrate, versionOf } from './migrations.js';

/** 'Post': a file with another mark is not ours. */
const APPLICATION_ID = 0x506f7374;
/** 16 MB of WAL between checkpoints: large enough that a burst of mail is not held up, small enough to read back quickly after a crash. */
const CHECKPOINT_PAGES = 4_000;
const WAL_KEPT = 64 * 2 ** 20;

/**
 * The one connection that writes and checkpoints. Makes the file where there is none, and brings an older one up to date; `former`: whether that is
 * kept beside it.
 */
export async function openWriter(path: string, sharing: Sharing = 'shared', former: 'keep' | 'drop' = 'keep'): Promise<Connection> {
  if (!(await exists(path))) await create(path);
  const writer = await Connection.open({ path, sharing }, 'write');
  try {
    await checkIdentity(writer);
    await makeDurable(writer);
    if (former === 'keep') await keepFormer(writer);
    await migrate(writer);
    await prepareGroupInsert(writer);
    return writer;
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/** A connection for reading only. */
export async function openReader(path: string, sharing: Sharing = 'shared'): Promise<Connection> {
  const reader = await Connection.open({ path, sharing }, 'read');
  await reader.exec('PRAGMA cache_size = -3000;');
  return reader;
}

/** Throws `data/corrupt` unless SQLite finds the file whole. */
export async function quickCheck(connection: Connection): Promise<void> {
  const rows = await connection.all<{ quick_check: string }>('PRAGMA quick_check(5)');
  const found = rows.map((row) => row.quick_check).filter((line) => line !== 'ok');
  if (found.length > 0) throw corrupt(connection.path, found.join('; '));
}

/**
 * Throws unless a commit reaches the disk. A file that may only be read opens without a word, and is found whole: on a file system that turned
 * read-only, say. A full disk is no reason: people have to be able to delete what fills it.
 */
export async function checkWritable(writer: Connection): Promise<void> {
  const row = await writer.get<{ user_version: number }>('PRAGMA user_version');
  try {
    await writer.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${row?.user_version ?? 0}; COMMIT;`);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.trouble !== 'full') throw error;
    await writer.exec('ROLLBACK').catch(() => undefined);
  }
}

/**
 * With WAL and synchronous=FULL a commit survives a power cut; with less it does not (50 of 50 commits against 0 of 50, measured).
 * `synchronous` is not kept in the file, so it is set and read back at every open.
 */
async function makeDurable(writer: Connection): Promise<void> {
  await writer.exec(`PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA journal_size_limit = ${WAL_KEPT}; PRAGMA cache_size = -6000; PRAGMA temp_store = MEMORY;`);
  await writer.all('PRAGMA journal_mode = WAL');
  await assertDurable(writer);
}

/** Throws `store/failed` where a pragma that durability rests on is not in force. */
export async function assertDurable(writer: Connection): Promise<void> {
  for (const [pragma, wanted] of [
    ['journal_mode', 'wal'],
    ['synchronous', 2],
    ['foreign_keys', 1],
  ] as const) {
    const value = (await writer.get<Record<string, unknown>>(`PRAGMA ${pragma}`))?.[pragma];
    if (value !== wanted) {
      throw new PostroomError(
        'store/failed',
        `${writer.path} can't be used safely: ${pragma} is ${String(value)}, not ${wanted}. Use a local disk; network file systems do not support this.`,
      );
    }
  }
}

/**
 * Brings what the WAL holds to the database file, and syncs that, as far as no reader stands in the way. Frames whose sync failed look as good as the others,
 * and may be in the system's memory alone. On a full disk the file may not grow: then they stay where they are.
 */
export async function emptyWal(writer: Connection): Promise<void> {
  try {
    await writer.all('PRAGMA wal_checkpoint(PASSIVE)');
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.trouble !== 'full') throw error;
  }
}

/** What every WAL begins with (sqlite.org/fileformat2.html#walformat), in either byte order of its checksums. */
const WAL_MARKS = [0x377f0682, 0x377f0683];
/** "File format write version" of a database in WAL mode (sqlite.org/fileformat2.html#file_format_version_numbers). */
const WRITE_VERSION_OFFSET = 18;
const WAL_MODE = 2;

/**
 * After a crash the last commits are in the WAL alone. Where it is missing or is none, SQLite goes on without a word, and without them.
 * Answers a sentence then.
 */
export async function lostWal(path: string): Promise<string | undefined> {
  const header = await firstOctets(path, WRITE_VERSION_OFFSET + 1);
  if (header?.[WRITE_VERSION_OFFSET] !== WAL_MODE) return undefined;
  const wal = await firstOctets(`${path}-wal`, 4);
  if (wal !== undefined && (wal.length === 0 || (wal.length === 4 && WAL_MARKS.includes(wal.readUInt32BE(0))))) return undefined;
  const what = wal === undefined ? 'is missing' : 'is damaged';
  return `${path}-wal ${what} after a crash: the mail that was stored last may be gone. Restore a backup if mail is missing; "postroom doctor" checks the rest.`;
}

/** `undefined` where there is no such file, or it can't be read. */
async function firstOctets(path: string, count: number): Promise<Buffer | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    // A folder in its place, say: opening it as a database tells more.
    return undefined;
  } finally {
    await file.close();
  }
}

async function checkIdentity(writer: Connection): Promise<void> {
  const id = (await writer.get<{ application_id: number }>('PRAGMA application_id'))?.application_id;
  if (id !== APPLICATION_ID) throw corrupt(writer.path, 'it is not a database of Postroom');
  const version = await versionOf(writer);
  const latest = await latestVersion();
  if (version > latest) {
    throw new PostroomError(
      'data/newer',
      `${writer.path} was written by a newer Postroom (data version ${version}; this one knows ${latest}). Start the newer version, or restore a backup made by this one.`,
    );
  }
}

/** Under another name until it is complete: a file under the final name is never an unfinished one. */
async function create(path: string): Promise<void> {
  const draft = `${path}.new`;
  await removeDraft(draft);
  try {
    const connection = await Connection.open({ path: draft, sharing: 'alone' }, 'create');
    try {
      await chmod(draft, 0o600);
      await connection.exec(`PRAGMA application_id = ${APPLICATION_ID};`);
      await migrate(connection);
    } finally {
      await connection.close();
    }
    await rename(draft, path);
  } catch (error) {
    await removeDraft(draft).catch(() => undefined);
    if (!isNoRoom(error) && !isNoRoom(await whyNoFile(dirname(path)))) throw error;
    throw noRoom(dirname(path), 'a new database does not fit', 'Make room there, and start again.', error);
  }
  await flush(dirname(path));
}

/** With its companions, which SQLite leaves where the disk is full. */
async function removeDraft(draft: string): Promise<void> {
  for (const rest of [draft, `${draft}-wal`, `${draft}-shm`, `${draft}-journal`]) await rm(rest, { force: true });
}

/** `postroom.db.v2.backup`: what was there before it is brought up to date, for the Postroom that wrote it. */
async function keepFormer(writer: Connection): Promise<void> {
  const version = await versionOf(writer);
  if (version >= (await latestVersion())) return;
  const backup = `${writer.path}.v${version}.backup`;
  const draft = `${backup}.new`;
  try {
    await removeDraft(draft);
    await copyInto(writer, draft);
    await chmod(draft, 0o600);
    await flush(draft);
    await rename(draft, backup);
    await flush(dirname(backup));
  } catch (error) {
    await removeDraft(draft).catch(() => undefined);
    const what = `${writer.path} is of an older version (${version}) and is brought up to date only when it is backed up`;
    throw new PostroomError(
      'data/not-writable',
      isNoRoom(error)
        ? `${what}, for which there is no room on the disk of ${dirname(backup)}: it needs ${Math.ceil((await sizeOfWhole(writer)) / 2 ** 20)} MB, and ${await megabytesFree(backup)} MB are free. Nothing was changed. Make room there, and start again.`
        : `${what}, which failed: ${sentenceOf(error)} See to what stands in the place of ${backup}.`,
      { path: backup },
      { cause: error },
    );
  }
}

/** Octets that a copy of the database will have, about. */
export async function sizeOfWhole(connection: Pick<Connection, 'get'>): Promise<number> {
  const row = await connection.get<{ octets: number }>(
    'SELECT (page_count - freelist_count) * page_size AS octets FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
  );
  return row?.octets ?? 0;
}

/** Writes a whole copy to `target`, which must not exist yet. SQLite names the database whatever fails: the sentence names the target. */
export async function copyInto(connection: Connection, target: string): Promise<void> {
  try {
    await connection.all('VACUUM INTO ?', [target]);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const why = error.trouble === 'io' ? await whyNoFile(dirname(target)) : error;
    if (isNoRoom(why)) throw noRoom(dirname(target), 'a copy of the database does not fit', 'Make room there.', why);
    if (error.trouble !== 'io') throw error;
    if (why !== undefined) throw cannotWrite(target, why, 'See to that folder and its disk.');
    const sentence = `The copy ${target} could not be written, or ${connection.path} not be read (${String(error.fields['sqlite'])}). Check both disks.`;
    throw new PostroomError('store/failed', sentence, { path: target }, { cause: error });
  }
}

async function megabytesFree(place: string): Promise<number> {
  return Math.floor(((await freeOctets(place)) ?? 0) / 2 ** 20);
}

/** A file's content, or the names in a folder. */
async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  const size = await sizeOf(path);
  if (size === 0) throw corrupt(path, 'it is empty');
  if (size === undefined && ((await sizeOf(`${path}-wal`)) ?? 0) > 0)
    throw corrupt(path, 'it is missing, and its -wal file holds changes to it');
  return size !== undefined;
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw corrupt(path, 'it is not a file');
    return found.size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function corrupt(path: string, what: string): PostroomError {
  return new PostroomError('data/corrupt', `${path} is damaged: ${what}. Restore a backup; do not delete what is there.`, { path });
}
