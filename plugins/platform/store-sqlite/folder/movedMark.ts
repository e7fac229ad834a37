// The mark in a data folder whose store was copied to another one, which is used since. No server starts on it: it would collect mail a second time.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PostroomError } from '@postroom/sdk';
import { shellWord, syncFolder, writeAtomically } from '@postroom/sdk/base';
import type { MovedNote } from '@postroom/sdk/services';

export const MOVED_FILE = 'store-moved.json';

/** `undefined` where nothing moved out of it. One that cannot be read is there all the same. */
export async function readMovedMark(dataDir: string): Promise<MovedNote | undefined> {
  const text = await readFile(join(dataDir, MOVED_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    return '';
  });
  if (text === undefined) return undefined;
  try {
    const { to, at } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return { to: String(to), at: new Date(String(at)) };
  } catch {
    return { to: 'another store', at: new Date(0) };
  }
}

export async function writeMovedMark(dataDir: string, { to, at }: MovedNote): Promise<void> {
  await writeAtomically(join(dataDir, MOVED_FILE), `${JSON.stringify({ to, at })}\n`);
}

export async function removeMovedMark(dataDir: string): Promise<void> {
  await rm(join(dataDir, MOVED_FILE), { force: true });
  await syncFolder(dataDir);
}

/** Throws `data/moved` where everything was copied to another store. */
export async function refuseMoved(dataDir: string): Promise<void> {
  const note = await readMovedMark(dataDir);
  if (note === undefined) return;
  throw new PostroomError(
    'data/moved',
    `Everything in the store of ${dataDir} was copied to ${note.to} on ${note.at.toISOString().slice(0, 10)}, which is used since: mail would be collected a second time. Say in boot.json which store this server has. To go on with this one, as it was then: postroom store use --data ${shellWord(dataDir)}`,
    { path: dataDir },
  );
}
