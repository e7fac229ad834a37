// What a plugin keeps on the disk: everything in its folder, and what it holds open after it was removed.
import type { Dirent } from 'node:fs';
import { lstat, opendir, readdir, readlink, stat } from 'node:fs/promises';
import path from 'node:path';

/** What every file and folder counts at least, in octets: an empty one takes a place in the file system too. */
export const SMALLEST = 16 * 1024;

/** What a plugin may have done to a place so that it cannot be looked at: taken the rights away, or put it too deep for a name. */
const HIDDEN: readonly unknown[] = ['EACCES', 'EPERM', 'ENAMETOOLONG', 'ELOOP'];
const SEPARATOR = Buffer.from(path.sep);
const GONE: readonly unknown[] = ['ENOENT', 'ENOTDIR'];

/** Octets below `folder`, holes in files included. Stops beyond `most`, and says so much; where a part of it can't be looked at it is without end. */
export async function folderSize(folder: string, most: number): Promise<number> {
  try {
    return await visibleSize(folder, most);
  } catch (error) {
    if (HIDDEN.includes(codeOf(error))) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** Names are octets: one that is no text would be read as another, which is not there. */
async function visibleSize(folder: string, most: number): Promise<number> {
  let size = 0;
  const folders: Buffer[] = [Buffer.from(folder)];
  for (let next = folders.pop(); next !== undefined && size <= most; next = folders.pop()) {
    for await (const entry of entriesOf(next)) {
      if (size > most) break;
      const place = placeIn(next, entry.name);
      if (entry.isDirectory()) folders.push(place);
      size += await sizeOf(place);
    }
  }
  return size;
}

/** Piece by piece: a folder may hold any number. One that is gone holds none. */
async function* entriesOf(folder: Buffer): AsyncGenerator<Dirent<Buffer>> {
  try {
    yield* (await opendir(folder, { bufferSize: 128, encoding: 'buffer' as BufferEncoding })) as unknown as AsyncIterable<Dirent<Buffer>>;
  } catch (error) {
    if (!GONE.includes(codeOf(error))) throw error;
  }
}

function placeIn(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, SEPARATOR, name]);
}

function codeOf(error: unknown): unknown {
  return (error as NodeJS.ErrnoException).code;
}

async function sizeOf(place: Buffer): Promise<number> {
  const stats = await lstat(place).catch((error: unknown) => {
    if (!GONE.includes(codeOf(error))) throw error;
  });
  return stats === undefined ? 0 : Math.max(stats.size, stats.blocks * 512, SMALLEST);
}

/** Octets of files that a process holds open and that have no name any more, where the system tells (Linux). */
export async function unnamedSize(pid: number): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  let size = 0;
  for (const fd of await readdir(folder).catch(() => [])) {
    const place = path.join(folder, fd);
    if (!(await readlink(place).catch(() => '')).endsWith(' (deleted)')) continue;
    const stats = await stat(place).catch(() => undefined);
    if (stats?.isFile() === true) size += Math.max(stats.size, stats.blocks * 512, SMALLEST);
  }
  return size;
}
