// Space on disks, reckoned before much is written, and said in the same words everywhere.
import { rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PostroomError } from '../errors.js';

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

/** Throws `store/full` where `octets` will not fit. `what` begins the sentence, `remedy` ends it. `atHand`: octets that can be given up for it. */
export async function demandRoom(place: string, octets: number, what: string, remedy: string, atHand = 0): Promise<void> {
  const free = await freeOctets(place);
  if (free !== undefined && free + atHand < octets + SLACK) {
    const can = `${inMegabytes(free + atHand, Math.floor)} MB ${atHand > 0 ? 'can be had' : 'are free'}`;
    throw noRoom(place, `${what} needs ${inMegabytes(octets + SLACK)} MB, and ${can}`, remedy);
  }
}

/** The disk of `place` was full before everything was written. */
export function noRoom(place: string, reason: string, remedy: string, cause?: unknown): PostroomError {
  return new PostroomError('store/full', `There is no room left on the disk of ${place}: ${reason}. ${remedy}`, { path: place }, { cause });
}

/** Whether an error, or what it comes from, says that a disk, or the part of it that this user may have, is full. */
export function isNoRoom(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { readonly code?: unknown };
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'store/full' || isNoRoom(error.cause);
}

/**
 * What the system says where a small file is to be written into a folder; `undefined` where that works. For those who cannot tell why they failed, as
 * SQLite, to which no room for a new file is one that cannot be opened.
 */
export async function whyNoFile(folder: string): Promise<unknown> {
  const probe = path.join(folder, '.write-probe');
  try {
    await writeFile(probe, '?', { mode: 0o600 });
    return undefined;
  } catch (error) {
    return error;
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

function inMegabytes(octets: number, round: (number: number) => number = Math.ceil): number {
  return round(octets / MEGABYTE);
}
