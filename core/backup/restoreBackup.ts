// backup restore: puts a backup in the place of what a data folder holds. What was there is moved aside, not deleted, and a mark in the
// folder keeps a server from starting on the half of it.
import { lstat, mkdtemp, readFile, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { type CommandProgress, PostroomError } from '@postroom/sdk';
import { demandRoom, isNoRoom, noRoom, shellWord, writeAtomically } from '@postroom/sdk/base';
import type { Clock } from '@postroom/sdk/services';
import { DataLock, LOCK_FILE } from '../store/dataLock.js';
import { Ballast } from '../store/sqlite/ballast.js';
import { LAST_COMMIT_FILE } from '../store/sqlite/lastCommit.js';
import { adoptBackup } from '../store/sqlite/restored.js';
import {
  type BackupManifest,
  BLOCK,
  checkFiles,
  DATABASE,
  PLAIN_PARTS,
  readBackupManifest,
  SECRET_PARTS,
  syncPath,
} from './backupFolder.js';
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

/**
 * Rejects with `data/locked` while a server runs on the folder; with `backup/damaged` or `store/full` before anything was changed. One that is
 * interrupted later is refused to servers until it is run again.
 */
export async function restoreBackup(
  folder: string,
  dataDir: string,
  clock: Clock,
  progress: (step: CommandProgress) => void,
): Promise<Restored> {
  const manifest = await readBackupManifest(folder);
  // Before everything is read, which takes long; but a restore that was killed may have left what takes the room.
  if (!(await exists(path.join(dataDir, DRAFT)))) await demandRoomFor(manifest, dataDir);
  await checkFiles(folder, manifest, progress);
  const isNew = !(await exists(dataDir));
  try {
    return await restoreInto(dataDir, folder, manifest, clock, progress);
  } catch (error) {
    if (isNew) await removeBegun(dataDir);
    throw error;
  }
}

async function restoreInto(
  dataDir: string,
  folder: string,
  manifest: BackupManifest,
  clock: Clock,
  progress: (step: CommandProgress) => void,
): Promise<Restored> {
  const lock = await DataLock.take(dataDir, 'restore');
  try {
    const draft = path.join(dataDir, DRAFT);
    const { held, aside } = await prepare(folder, manifest, dataDir, draft, clock, progress);
    const movedTo = await exchange(dataDir, draft, manifest, aside).catch((error: unknown) => {
      const again = `Make room there, and run it again: postroom backup restore ${shellWord(folder)} --data ${shellWord(dataDir)}`;
      throw isNoRoom(error) ? noRoom(dataDir, 'the restore was interrupted', again, error) : error;
    });
    await rm(path.join(dataDir, MARK));
    await syncPath(dataDir);
    return { manifest, movedTo, held };
  } finally {
    await lock.close();
  }
}

/** Of a folder that was made for a restore which changed nothing: what the lock left in it, and itself. */
async function removeBegun(dataDir: string): Promise<void> {
  if (await exists(path.join(dataDir, MARK))) return;
  await rm(path.join(dataDir, LOCK_FILE), { force: true }).catch(() => undefined);
  await rmdir(dataDir).catch(() => undefined);
}

const NOTHING_CHANGED =
  'Nothing was changed. Make room there (the former data stay beside the restored ones), or restore into a folder on another disk: --data FOLDER.';
/** A database grows a little when it is brought up to date. */
const GROWTH = 1.05;

/** Throws `store/full` where the backup will not fit beside the data with `atHand` octets more than are free. Default: those of the ballast. */
async function demandRoomFor(manifest: BackupManifest, dataDir: string, atHand?: number): Promise<void> {
  const octets = manifest.files.reduce((sum, file) => sum + file.bytes * GROWTH + BLOCK, 0);
  await demandRoom(dataDir, octets, 'the backup', NOTHING_CHANGED, atHand ?? (await new Ballast(dataDir).size()));
}

/** Everything that can fail for want of room, before anything is moved. Where it fails, the folder is as it was. */
async function prepare(
  folder: string,
  manifest: BackupManifest,
  dataDir: string,
  draft: string,
  clock: Clock,
  progress: (step: CommandProgress) => void,
): Promise<{ readonly held: number; readonly aside: string | undefined }> {
  const ballast = new Ballast(dataDir);
  const hadBallast = (await ballast.size()) > 0;
  let aside: string | undefined;
  try {
    const held = await bringIn(folder, manifest, dataDir, draft, ballast, progress);
    aside = await formerPlace(dataDir, path.join(dataDir, `before-restore-${stamp(clock.now())}-`), manifest);
    await writeMark(dataDir, { backup: manifest.createdAt, aside });
    return { held, aside };
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    // Not that of an interrupted restore, which holds the former data.
    if (aside !== undefined) await rmdir(aside).catch(() => undefined);
    if (hadBallast) await ballast.keepForStart().catch(() => undefined);
    if (!isNoRoom(error) || isReckoned(error)) throw error;
    throw noRoom(dataDir, 'the backup does not fit', NOTHING_CHANGED, error);
  }
}

/** Said by demandRoom, with figures. */
function isReckoned(error: unknown): boolean {
  return error instanceof PostroomError && error.cause === undefined;
}

/** Copies the backup beside the data. Answers how many Outbox entries are on hold. */
async function bringIn(
  folder: string,
  manifest: BackupManifest,
  dataDir: string,
  draft: string,
  ballast: Ballast,
  progress: (step: CommandProgress) => void,
): Promise<number> {
  await rm(draft, { recursive: true, force: true });
  await demandRoomFor(manifest, dataDir);
  await demandRoomFor(manifest, dataDir, 0).catch(() => ballast.drop());
  let done = 0;
  for (const file of manifest.files) {
    progress({ what: 'Restoring files', done, of: manifest.files.length });
    await copyFile(folder, draft, file.path);
    done += 1;
  }
  progress({ what: 'Restoring files', done, of: manifest.files.length });
  return adoptBackup(
    path.join(draft, DATABASE),
    `On hold: it comes from the backup of ${manifest.createdAt} and may have been sent since. "outbox retry" sends it, "outbox return" gives it up.`,
  );
}

/** Where the former data go: a new folder, or that of the restore that was interrupted; `undefined` where there are none. */
async function formerPlace(dataDir: string, prefix: string, manifest: BackupManifest): Promise<string | undefined> {
  const interrupted = (await readMark(dataDir))?.aside;
  if (interrupted !== undefined && (await exists(interrupted))) return interrupted;
  const present = await existing(dataDir, leavingWith(manifest));
  return present.length > 0 ? mkdtemp(prefix) : undefined;
}

function leavingWith({ secrets }: BackupManifest): readonly string[] {
  return [...DATABASE_FILES, ...PLAIN_PARTS, ...(secrets ? SECRET_PARTS : [])];
}

/** Moves the former data out and the new ones in. A backup without secrets leaves the folder's own in place. */
async function exchange(dataDir: string, draft: string, manifest: BackupManifest, aside: string | undefined): Promise<string | undefined> {
  for (const name of await existing(dataDir, leavingWith(manifest))) {
    if (aside === undefined) continue;
    // Of an interrupted restore the former one is aside already: what is here is that restore's.
    if (await exists(path.join(aside, name))) await rm(path.join(dataDir, name), { recursive: true });
    else await rename(path.join(dataDir, name), path.join(aside, name));
  }
  for (const name of await existing(draft, [DATABASE, ...PLAIN_PARTS, ...SECRET_PARTS])) {
    await rename(path.join(draft, name), path.join(dataDir, name));
  }
  await rm(draft, { recursive: true });
  return aside;
}

/** What a restore leaves in the folder until it is complete. */
interface Mark {
  /** When the backup was made. */
  readonly backup: string;
  readonly aside: string | undefined;
}

async function writeMark(dataDir: string, { backup, aside }: Mark): Promise<void> {
  // One of an interrupted restore names the former data: it is there until the new one is.
  await writeAtomically(path.join(dataDir, MARK), `${backup}\n${aside === undefined ? '' : `${path.basename(aside)}\n`}`);
}

/** `undefined` where no restore was interrupted. */
export async function readMark(dataDir: string): Promise<Mark | undefined> {
  const text = await readFile(path.join(dataDir, MARK), 'utf8').catch(() => undefined);
  const [backup = '', aside = ''] = text?.split('\n') ?? [];
  return text === undefined ? undefined : { backup, aside: aside === '' ? undefined : path.join(dataDir, path.basename(aside)) };
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
