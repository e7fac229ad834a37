// backup create: a consistent copy of everything a server keeps, taken while it runs.
import { lstat, mkdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type CommandProgress, PostroomError } from '@postroom/sdk';
import { cannotWrite, demandRoom, isNoRoom, makeFolder, noRoom } from '@postroom/sdk/base';
import type { Clock, SecretStore, StoreMaintenance } from '@postroom/sdk/services';
import { censusOf } from '../store/sqlite/census.js';
import {
  BACKUP_FORMAT,
  type BackedUpFile,
  type BackupManifest,
  BLOCK,
  DATABASE,
  filesOf,
  hashFile,
  MANIFEST_FILE,
  PLAIN_PARTS,
  SECRET_PARTS,
  syncPath,
} from './backupFolder.js';
import { copyFile } from './copyParts.js';
import { clearStaleFolders } from './staleFolders.js';

export interface BackupWish {
  readonly dataDir: string;
  /** The folder that the backup's own folder is made in. */
  readonly into: string;
  readonly secrets: boolean;
  readonly serverName: string;
}

export interface BackupSources {
  readonly upkeep: StoreMaintenance;
  readonly clock: Clock;
  readonly secrets: Pick<SecretStore, 'whileUnchanged'>;
  /** Notes the folder that is being written, or that none is, for a server that starts after this one was killed. */
  readonly underWay: (folder: string | undefined) => Promise<void>;
}

const LOOK_MS = 200;

/** Answers the backup's folder. Until it is complete it ends in `.part`, so that a half one is never taken for a whole one. */
export async function createBackup(
  wish: BackupWish,
  { upkeep, clock, secrets, underWay }: BackupSources,
  progress: (step: CommandProgress) => void,
): Promise<{ readonly folder: string; readonly manifest: BackupManifest }> {
  const folder = path.join(wish.into, `postroom-backup-${stamp(clock.now())}${wish.secrets ? '-with-secrets' : ''}`);
  const draft = `${folder}.part`;
  refuseInside(wish);
  await refuseExisting(folder);
  const parts = (
    await Promise.all([...PLAIN_PARTS, ...(wish.secrets ? SECRET_PARTS : [])].map((part) => filesOf(wish.dataDir, part)))
  ).flat();
  const sizes = await Promise.all(parts.map(async (part) => (await stat(path.join(wish.dataDir, part)).catch(() => undefined))?.size ?? 0));
  const isNew = (await lstat(wish.into).catch(() => undefined)) === undefined;
  try {
    await makeFolder(wish.into, 0o700);
    await clearStaleFolders(wish.into);
    await rm(draft, { recursive: true, force: true });
  } catch (error) {
    throw cannotWrite(wish.into, error, 'Name another folder.');
  }
  try {
    await demandRoom(wish.into, (await upkeep.size()) + sizes.reduce((sum, size) => sum + size + BLOCK, 0), 'the backup', NO_BACKUP);
  } catch (error) {
    if (isNew) await rmdir(wish.into).catch(() => undefined);
    throw error;
  }
  await underWay(draft);
  try {
    await mkdir(draft, { mode: 0o700 }).catch((error: unknown) => {
      throw cannotWrite(wish.into, error, 'Name another folder.');
    });
    const database = path.join(draft, DATABASE);
    await withProgress(database, await upkeep.size(), clock, progress, () => upkeep.backupTo(database));
    const files: BackedUpFile[] = [{ path: DATABASE, ...(await hashFile(database)) }];
    const copy = async (names: readonly string[]): Promise<void> => {
      for (const file of (await Promise.all(names.map((name) => filesOf(wish.dataDir, name)))).flat()) {
        progress({ what: 'Copying files', done: files.length });
        files.push(await copyFile(wish.dataDir, draft, file));
      }
    };
    await copy(PLAIN_PARTS);
    // Passwords and the key that opens them have to be of one moment.
    if (wish.secrets) await secrets.whileUnchanged(() => copy(SECRET_PARTS));
    const manifest: BackupManifest = {
      format: BACKUP_FORMAT,
      createdAt: clock.now().toISOString(),
      server: wish.serverName,
      secrets: wish.secrets,
      census: await censusOf(database),
      files,
    };
    await writeFile(path.join(draft, MANIFEST_FILE), `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600 });
    await syncPath(path.join(draft, MANIFEST_FILE));
    await syncPath(draft);
    await rename(draft, folder);
    await syncPath(wish.into);
    return { folder, manifest };
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    throw isNoRoom(error) ? noRoom(wish.into, 'the backup does not fit', NO_BACKUP, error) : error;
  } finally {
    await underWay(undefined);
  }
}

const NO_BACKUP = 'There is no backup, and no part of one; the server goes on. Make room there, or name a folder on another disk.';

/** A backup that lies in what it copies would hold itself next time, and be lost with it. */
function refuseInside({ dataDir, into }: BackupWish): void {
  const way = path.relative(dataDir, into);
  if (way === '' || !(way.startsWith('..') || path.isAbsolute(way))) {
    throw new PostroomError('command/arguments', `${into} lies in the data folder. Name a folder elsewhere, best on another disk.`);
  }
}

async function refuseExisting(folder: string): Promise<void> {
  if ((await lstat(folder).catch(() => undefined)) !== undefined) {
    throw new PostroomError('command/arguments', `${folder} exists already. Wait a second, or name another place.`);
  }
}

/** The database says nothing while it copies itself: the growing file does. */
async function withProgress(
  file: string,
  size: number,
  clock: Clock,
  progress: (step: CommandProgress) => void,
  work: () => Promise<void>,
): Promise<void> {
  const megabytes = (octets: number): number => Math.ceil(octets / 2 ** 20);
  let running = true;
  const look = (): void => {
    void stat(file).then(
      ({ size: done }) =>
        running && progress({ what: 'Copying the database (MB)', done: megabytes(Math.min(done, size)), of: megabytes(size) }),
      () => undefined,
    );
    timer = clock.after(LOOK_MS, look);
  };
  let timer = clock.after(LOOK_MS, look);
  try {
    await work();
  } finally {
    running = false;
    await timer.dispose();
  }
  progress({ what: 'Copying the database (MB)', done: megabytes(size), of: megabytes(size) });
}

/** `2026-11-23-021500`, in local time as people name days. */
export function stamp(at: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
}
