// Room on disks, reckoned before much is written, and said in the same words everywhere.
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { PostroomError } from '@postroom/sdk';

const MEGABYTE = 2 ** 20;
/** A file system needs some for itself, and others write too. */
const SLACK = 2 * MEGABYTE;

/** Octets that the file system of a file or folder has for us; the folder may not exist yet. `undefined` where the system does not say. */
export async function freeOctets(place: string): Promise<number | undefined> {
  const found = await statfs(place).catch(() => undefined);
  if (found !== undefined) return found.bavail * found.bsize;
  const parent = path.dirname(place);
  return parent === place ? undefined : freeOctets(parent);
}

/** Throws `store/full` where `octets` will not fit. `what` begins the sentence, `remedy` ends it. */
export async function demandRoom(place: string, octets: number, what: string, remedy: string): Promise<void> {
  const free = await freeOctets(place);
  if (free !== undefined && free < octets + SLACK) {
    throw noRoom(place, `${what} needs ${inMegabytes(octets + SLACK)} MB, and ${inMegabytes(free, Math.floor)} MB are free`, remedy);
  }
}

/** The disk of `place` was full before everything was written. */
export function noRoom(place: string, reason: string, remedy: string, cause?: unknown): PostroomError {
  return new PostroomError('store/full', `There is no room left on the disk of ${place}: ${reason}. ${remedy}`, { path: place }, { cause });
}

/** Whether an error says that a disk, or the part of it that this user may have, is full. */
export function isNoRoom(error: unknown): boolean {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'store/full';
}

function inMegabytes(octets: number, round: (number: number) => number = Math.ceil): number {
  return round(octets / MEGABYTE);
}
