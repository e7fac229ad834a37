// backup restore: puts a backup in the place of what a data folder holds. What was there is moved aside, not deleted, and a mark in the
// folder keeps a server from starting on the half of it.
import { lstat, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type CommandProgress, PostroomError } from '@postroom/sdk';
import type { Clock } from '@postroom/sdk/services';
import { DataLock } from '../store/dataLock.js';
import { LAST_COMMIT_FILE } from '../store/sqlite/lastCommit.js';
import { adoptBackup } from '../store/sqlite/restored.js';
import { type BackupManifest, checkFiles, DATABASE, PLAIN_PARTS, readManifest, SECRET_PARTS, syncPath } from './backupFolder.js';
import { copyFile } from './copyParts.js';
import { stamp } from './createBackup.js';

const MARK = 'restore-unfinished';
const DRAFT = 'restoring.part';
/** The database with its companions: a -wal file of the former one, or what it had committed last, must never stand beside the new one. */
const DATABASE_FILES = [DATABASE, `${DATABASE}-wal`, `${DATABASE}-shm`, LAST_COMMIT_FILE];

export interface Restored {
  readonly manifest: BackupManifest;
  /** Where the former data are; `undefined` where there were none. */
  readonly movedTo: string | undefined;
  /** Outbox entries on hold: they may have been sent since the backup. */
  readonly held: number;
}

/** Throws `data/unfinished` where a restore was interrupted: half of the folder would be of the backup, half of before. */
export async function refuseUnfinished(dataDir: string): Promise<void> {
  if (await exists(path.join(dataDir, MARK))) {
    throw new PostroomError(
      'data/unfinished',
      `A restore into ${dataDir} was interrupted. Run it again: postroom backup restore FOLDER --data ${dataDir}`,
      { path: dataDir },
    );
  }
}

/** Rejects with `data/locked` while a server runs on the folder, `backup/damaged` before anything was changed. */
export async function restoreBackup(
  folder: string,
  dataDir: string,
  clock: Clock,
  progress: (step: CommandProgress) => void,
): Promise<Restored> {
  const manifest = await readManifest(folder);
  await checkFiles(folder, manifest, progress);
  const lock = await DataLock.take(dataDir, 'restore');
  try {
    const draft = path.join(dataDir, DRAFT);
    await rm(draft, { recursive: true, force: true });
    let done = 0;
    for (const file of manifest.files) {
      progress({ what: 'Restoring files', done, of: manifest.files.length });
      await copyFile(folder, draft, file.path);
      done += 1;
    }
    progress({ what: 'Restoring files', done, of: manifest.files.length });
    const held = await adoptBackup(
      path.join(draft, DATABASE),
      `On hold: it comes from the backup of ${manifest.createdAt} and may have been sent since. "outbox retry" sends it, "outbox return" gives it up.`,
    );
    await writeFile(path.join(dataDir, MARK), `${manifest.createdAt}\n`, { mode: 0o600 });
    await syncPath(path.join(dataDir, MARK));
    await syncPath(dataDir);
    const movedTo = await exchange(dataDir, draft, manifest, path.join(dataDir, `before-restore-${stamp(clock.now())}-`));
    await rm(path.join(dataDir, MARK));
    await syncPath(dataDir);
    return { manifest, movedTo, held };
  } finally {
    await lock.close();
  }
}

/** Moves the former data out and the new ones in. A backup without secrets leaves the folder's own in place. */
async function exchange(dataDir: string, draft: string, manifest: BackupManifest, asidePrefix: string): Promise<string | undefined> {
  const leaving = [...DATABASE_FILES, ...PLAIN_PARTS, ...(manifest.secrets ? SECRET_PARTS : [])];
  const present = await existing(dataDir, leaving);
  const aside = present.length > 0 ? await mkdtemp(asidePrefix) : undefined;
  if (aside !== undefined) {
    for (const name of present) {
      await rename(path.join(dataDir, name), path.join(aside, name));
    }
  }
  for (const name of await existing(draft, [DATABASE, ...PLAIN_PARTS, ...SECRET_PARTS])) {
    await rename(path.join(draft, name), path.join(dataDir, name));
  }
  await rm(draft, { recursive: true });
  return aside;
}

async function existing(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of names) {
    if (await exists(path.join(folder, name))) {
      found.push(name);
    }
  }
  return found;
}

async function exists(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => undefined)) !== undefined;
}
