// The folder in which a store is put together that everything is copied into. While it is there, and no store, the copy is unfinished.
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PostroomError } from '@postroom/sdk';
import { makeFolder, shellWord, syncFolder } from '@postroom/sdk/base';
import type { Clock } from '@postroom/sdk/services';
import { DOCUMENTS_FOLDER, FolderDocuments } from './folderDocuments.js';

export const COPY_DRAFT = 'store-copy.part';

/** Throws `data/unfinished` where a copy into the folder was interrupted, and there is no store (`database`: its file). */
export async function refuseHalfCopied(dataDir: string, database: string): Promise<void> {
  const draft = join(dataDir, COPY_DRAFT);
  if (!(await exists(draft)) || (await exists(join(dataDir, database)))) return;
  throw new PostroomError(
    'data/unfinished',
    `A copy of another store into ${dataDir} was interrupted, and what it was copied from is as it was. With that store in boot.json, run it again: postroom store copy --to sqlite --data ${shellWord(dataDir)}. To begin with an empty store instead, remove ${draft}.`,
    { path: dataDir },
  );
}

/**
 * Moves documents and database to their places, the database last. What stands in the way of documents, and is something else, is kept beside; answers where.
 * An interruption leaves a copy that is unfinished.
 */
export async function bringIn(dataDir: string, database: string, clock: Pick<Clock, 'now'>): Promise<readonly string[]> {
  const draft = join(dataDir, COPY_DRAFT);
  const aside = await setAside(dataDir, draft, stampOf(clock.now()));
  for (const name of await new FolderDocuments(draft).files()) {
    await makeFolder(dirname(join(dataDir, name)), 0o700);
    await rename(join(draft, name), join(dataDir, name));
    await syncFolder(dirname(join(dataDir, name)));
  }
  await rename(join(draft, database), join(dataDir, database));
  await syncFolder(dataDir);
  await rm(draft, { recursive: true, force: true });
  return aside;
}

/** Documents of before that are others than those that come, and all that would stay beside them. */
async function setAside(dataDir: string, draft: string, stamp: string): Promise<readonly string[]> {
  const coming = await new FolderDocuments(draft).files();
  const aside: string[] = [];
  for (const name of await new FolderDocuments(dataDir).files()) {
    const isOther = coming.includes(name)
      ? !(await isSame(join(dataDir, name), join(draft, name)))
      : name.startsWith(`${DOCUMENTS_FOLDER}/`);
    if (!isOther) continue;
    const place = join(dataDir, `before-store-copy-${stamp}`, name);
    await makeFolder(dirname(place), 0o700);
    await rename(join(dataDir, name), place);
    aside.push(place);
  }
  return aside;
}

async function isSame(one: string, other: string): Promise<boolean> {
  return (await readFile(one)).equals(await readFile(other));
}

export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

function stampOf(at: Date): string {
  return at.toISOString().slice(0, 19).replaceAll(':', '-');
}
