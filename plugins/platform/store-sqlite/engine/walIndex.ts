// The index of the WAL (postroom.db-shm) is mapped into memory. Where the disk has no block for a page of the map, the system ends the process that
// touches it with a signal (SIGBUS), which no code can answer: so the blocks are taken before anything is stored, or there is no such file.
import { open, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freeOctets, isNoRoom } from '@postroom/sdk/base';
import type { Ballast } from './ballast.js';
import type { Connection, Sharing } from './connection.js';
import { openWriter } from './database.js';

/** What a start needs beside the blocks of the index: a WAL for the first changes. */
const PROBE_OCTETS = 2 ** 20;
/** Below so much the ballast is let go of before the database is opened. */
const LITTLE = 4 * 2 ** 20;
/** Below so much the index is not mapped: more than the ballast gives back, and than others can fill while the database is being opened. */
const ROOM_TO_MAP = 16 * 2 ** 20;
/**
 * File systems (statfs(2)) that write what changes to new blocks. There a map's blocks are not its own for good, and a change of it on a full disk is
 * the same signal, however long the server has been running.
 */
const COPYING_FILE_SYSTEMS: ReadonlySet<number> = new Set([0x9123683e /* btrfs */, 0xca451a4e /* bcachefs */]);
/** Each 32 KB of it index 16 MB of WAL, whose usual size that is. */
const INDEX_OCTETS = 16 * 32 * 2 ** 10;
/** The first page is touched whenever the database is opened. */
const FIRST_PAGE = 4_096;

export interface Opened {
  readonly writer: Connection;
  readonly sharing: Sharing;
  readonly index: HeldIndex;
}

/**
 * The file of the index, held open. A process that closes any descriptor of a file loses all its locks on it (fcntl(2)), and SQLite's lie there: the
 * next program that reads the database would cut the index off under the one that has it mapped.
 */
export interface HeldIndex {
  /** When no connection of this process has the database open any more. */
  close(): Promise<void>;
}

const NO_FILE: HeldIndex = { close: () => Promise.resolve() };

/**
 * Opens the writer on whatever room there is. On a full disk the ballast goes first; where that is not enough either, this process is `alone` with the
 * database, and keeps the index in its memory.
 */
export async function openOnAnyDisk(path: string, dataDir: string, ballast: Ballast): Promise<Opened> {
  const isGivenUp = (await ballast.free()) < LITTLE && (await ballast.drop());
  try {
    const opened = await openOn(path, dataDir).catch(async (error: unknown) => {
      // One of an older version is backed up before it is brought up to date, which takes room.
      if (!isNoRoom(error) || !(await ballast.drop())) throw error;
      return openOn(path, dataDir);
    });
    if (isGivenUp) await ballast.extendWal();
    return opened;
  } catch (error) {
    await ballast.keepForStart().catch(() => undefined);
    throw error;
  }
}

/** Opens it on the room that there is. Nothing else in this process may have it open. */
export async function openOn(path: string, dataDir: string): Promise<Opened> {
  if ((await canBeShared(dataDir)) && (await hasRoom(dataDir))) {
    const writer = await openWriter(path);
    const { index, isReserved } = await reserveIndex(`${path}-shm`);
    if (isReserved) return { writer, sharing: 'shared', index };
    await writer.close();
    await index.close();
  }
  return { writer: await openWriter(path, 'alone'), sharing: 'alone', index: NO_FILE };
}

/** Whether the index may be a map here at all. */
export async function canBeShared(dataDir: string): Promise<boolean> {
  return !COPYING_FILE_SYSTEMS.has((await statfs(dataDir)).type);
}

/** Asked by writing too: a quota says nothing beforehand. */
async function hasRoom(dataDir: string): Promise<boolean> {
  if (((await freeOctets(dataDir)) ?? ROOM_TO_MAP) < ROOM_TO_MAP) return false;
  const probe = join(dataDir, '.room-probe');
  try {
    await writeFile(probe, Buffer.alloc(PROBE_OCTETS), { mode: 0o600 });
    return true;
  } catch {
    return false;
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

/**
 * Takes every block of the index that will be needed: what is there is written as it is, and the rest is filled with the zeros that new pages have.
 * The database must be open and idle. `isReserved` is false where there is no room.
 */
async function reserveIndex(file: string): Promise<{ readonly index: HeldIndex; readonly isReserved: boolean }> {
  // There the file can't be written while it is mapped.
  if (process.platform === 'win32') return { index: NO_FILE, isReserved: true };
  const index = await open(file, 'r+').catch(() => undefined);
  // Without WAL there is none.
  if (index === undefined) return { index: NO_FILE, isReserved: true };
  try {
    const { size } = await index.stat();
    const octets = Buffer.alloc(Math.max(INDEX_OCTETS, size));
    await index.read(octets, 0, size, 0);
    const { bytesWritten } = await index.write(octets, FIRST_PAGE, octets.length - FIRST_PAGE, FIRST_PAGE);
    return { index, isReserved: bytesWritten === octets.length - FIRST_PAGE };
  } catch {
    return { index, isReserved: false };
  }
}
