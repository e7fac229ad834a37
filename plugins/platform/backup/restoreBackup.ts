// backup restore: puts a backup in the place of what a data folder holds. What was there is moved aside, not deleted, and a mark in the
// folder keeps a server from starting on the half of it.
import { lstat, mkdtemp, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { type CommandProgress, PostroomError } from '@postroom/sdk';
import { demandRoom, isNoRoom, noRoom, shellWord } from '@postroom/sdk/base';
import type { Clock, FolderExchange, StoreFiles } from '@postroom/sdk/services';
import { type BackupManifest, BLOCK, COPY_NOTE, checkFiles, PLAIN_PARTS, readBackupManifest, SECRET_PARTS } from './backupFolder.js';
import { copyFile } from './copyParts.js';
import { stamp } from './createBackup.js';

export interface Restored {
  readonly manifest: BackupManifest;
  /** Where the former data are; `undefined` where there were none. */
  readonly movedTo: string | undefined;
  /** Outbox entries on hold: they may have been sent since the backup. */
  readonly held: number;
}

/** What a restore goes by. */
interface Restoring {
  /** The backup. */
  readonly folder: string;
  readonly manifest: BackupManifest;
  readonly dataDir: string;
  readonly files: StoreFiles;
  readonly clock: Clock;
  readonly progress: (step: CommandProgress) => void;
}

/**
 * Rejects with `data/locked` while a server runs on the folder; with `backup/damaged` or `store/full` before anything was changed. One that is
 * interrupted later is refused to servers until it is run again.
 */
export async function restoreBackup(
  folder: string,
  dataDir: string,
  { files, clock }: { readonly files: StoreFiles; readonly clock: Clock },
  progress: (step: CommandProgress) => void,
): Promise<Restored> {
  const manifest = await readBackupManifest(folder);
  const restoring = { folder, manifest, dataDir, files, clock, progress };
  // Before everything is read, which takes long.
  await demandRoomFor(restoring, await files.atHand(dataDir));
  await checkFiles(folder, manifest, progress);
  const exchange = await files.beginExchange(dataDir);
  try {
    const { held, aside } = await prepare(restoring, exchange);
    const movedTo = await moveIn(restoring, exchange, aside).catch((error: unknown) => {
      const again = `Make room there, and run it again: postroom backup restore ${shellWord(folder)} --data ${shellWord(dataDir)}`;
      throw isNoRoom(error) ? noRoom(dataDir, 'the restore was interrupted', again, error) : error;
    });
    await exchange.complete();
    return { manifest, movedTo, held };
  } finally {
    await exchange.close();
  }
}

const NOTHING_CHANGED =
  'Nothing was changed. Make room there (the former data stay beside the restored ones), or restore into a folder on another disk: --data FOLDER.';
/** A database grows a little when it is brought up to date. */
const GROWTH = 1.05;

/** Throws `store/full` where the backup will not fit beside the data with `atHand` octets more than are free. */
async function demandRoomFor({ manifest, dataDir }: Restoring, atHand: number): Promise<void> {
  const octets = manifest.files.reduce((sum, file) => sum + file.bytes * GROWTH + BLOCK, 0);
  await demandRoom(dataDir, octets, 'the backup', NOTHING_CHANGED, atHand);
}

/** Everything that can fail for want of room, before anything is moved. Where it fails, the folder is as it was. */
async function prepare(
  restoring: Restoring,
  exchange: FolderExchange,
): Promise<{ readonly held: number; readonly aside: string | undefined }> {
  const { manifest, dataDir } = restoring;
  let aside: string | undefined;
  try {
    const held = await bringIn(restoring, exchange);
    aside = await formerPlace(restoring);
    await exchange.begin({ from: manifest.createdAt, aside });
    return { held, aside };
  } catch (error) {
    // Not that of an interrupted restore, which holds the former data.
    if (aside !== undefined) await rmdir(aside).catch(() => undefined);
    if (!isNoRoom(error) || isReckoned(error)) throw error;
    throw noRoom(dataDir, 'the backup does not fit', NOTHING_CHANGED, error);
  }
}

/** Said by demandRoom, with figures. */
function isReckoned(error: unknown): boolean {
  return error instanceof PostroomError && error.cause === undefined;
}

/** Copies the backup beside the data. Answers how many Outbox entries are on hold. */
async function bringIn(restoring: Restoring, exchange: FolderExchange): Promise<number> {
  const { folder, manifest, dataDir, files, progress } = restoring;
  await demandRoomFor(restoring, await files.atHand(dataDir));
  await demandRoomFor(restoring, 0).catch(() => exchange.giveUpReserve());
  let done = 0;
  for (const file of manifest.files) {
    progress({ what: 'Restoring files', done, of: manifest.files.length });
    await copyFile(folder, exchange.draft, file.path);
    done += 1;
  }
  progress({ what: 'Restoring files', done, of: manifest.files.length });
  if (manifest.census === undefined) return 0;
  return exchange.adopt(
    `On hold: it comes from the backup of ${manifest.createdAt} and may have been sent since. "outbox retry" sends it, "outbox return" gives it up.`,
  );
}

/** Where the former data go: a new folder, or that of the restore that was interrupted; `undefined` where there are none. */
async function formerPlace(restoring: Restoring): Promise<string | undefined> {
  const { dataDir, files, clock } = restoring;
  const interrupted = (await files.interrupted(dataDir))?.aside;
  if (interrupted !== undefined && (await exists(interrupted))) return interrupted;
  const present = await existing(dataDir, leavingFor(restoring));
  return present.length > 0 ? mkdtemp(path.join(dataDir, `before-restore-${stamp(clock.now())}-`)) : undefined;
}

/** A backup without the mail leaves the mail of the folder in its place. */
function leavingFor({ files, manifest: { secrets, census } }: Restoring): readonly string[] {
  return [...(census === undefined ? [] : files.names), ...PLAIN_PARTS, COPY_NOTE, ...(secrets ? SECRET_PARTS : [])];
}

/** Moves the former data out and the new ones in. A backup without secrets leaves the folder's own in place. */
async function moveIn(restoring: Restoring, { draft }: FolderExchange, aside: string | undefined): Promise<string | undefined> {
  const { dataDir, files } = restoring;
  for (const name of await existing(dataDir, leavingFor(restoring))) {
    if (aside === undefined) continue;
    // Of an interrupted restore the former one is aside already: what is here is that restore's.
    if (await exists(path.join(aside, name))) await rm(path.join(dataDir, name), { recursive: true });
    else await rename(path.join(dataDir, name), path.join(aside, name));
  }
  for (const name of await existing(draft, [files.copyName, ...SECRET_PARTS, ...PLAIN_PARTS])) {
    await rename(path.join(draft, name), path.join(dataDir, name));
  }
  await rm(draft, { recursive: true, force: true });
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
