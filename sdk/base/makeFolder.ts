// Folders and files that people name: made, or a sentence why not.
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { PostroomError, sentenceOf } from '../errors.js';

/**
 * Makes a folder with those above it; `mode` is for all that are made. Rejects with what the system said where it can't.
 * Node's own `recursive` never ends where the system says that a folder's parent is missing though it is there, as below /proc.
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  if (await madeOrThere(folder, mode)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await makeFolder(parent, mode);
  if (!(await madeOrThere(folder, mode))) await mkdir(folder, { mode });
}

/** False: the system says that its parent is missing. */
async function madeOrThere(folder: string, mode: number): Promise<boolean> {
  try {
    await mkdir(folder, { mode });
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    const isThere = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!isThere) throw error;
    return true;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: 'a file is in its place',
  ENOTDIR: 'a file is in the way',
  ENOENT: 'nothing can be made there',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'it is on a disk that can only be read',
  ENOSPC: 'there is no room left on the disk',
  EDQUOT: 'the room that this user may have on the disk is used up',
  ENAMETOOLONG: 'its name is too long',
};

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** Why something could not be written, in words for the middle of a sentence. `place` is what was to be written: a full disk is named by it. */
export function reasonOf(error: unknown, place?: string): string {
  const reason = REASONS[codeOf(error) ?? ''] ?? sentenceOf(error);
  return place !== undefined && FULL.has(codeOf(error) ?? '') ? reason.replace('the disk', `the disk of ${path.dirname(place)}`) : reason;
}

/** `what` is a file or folder that somebody named; `remedy` is the sentence that follows. */
export function cannotWrite(what: string, error: unknown, remedy: string): PostroomError {
  return new PostroomError(
    'file/not-writable',
    `${what} cannot be written: ${reasonOf(error)}. ${remedy}`,
    { path: what },
    { cause: error },
  );
}

/** The system's error of a disk that takes nothing, as a sentence where it is not one yet; other errors as they are. */
export function inWords(error: unknown): unknown {
  if (error instanceof PostroomError || !(error instanceof Error)) return error;
  const code = codeOf(error) ?? '';
  if (!FULL.has(code) && code !== 'EROFS') return error;
  return cannotWrite((error as NodeJS.ErrnoException).path ?? 'A file', error, 'See to that disk, and try again.');
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
