// backup create: a consistent copy of everything a server keeps, taken while it runs.
import { lstat, mkdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type CommandProgress, PostroomError } from '@postroom/sdk';
import { cannotWrite, demandRoom, isNoRoom, makeFolder, noRoom } from '@postroom/sdk/base';
import type { SecretStore } from '@postroom/sdk/services';
import {
  BACKUP_FORMAT,
  type BackedUpFile,
  type BackupManifest,
  BLOCK,
  filesOf,
  MANIFEST_FILE,
  PLAIN_PARTS,
  SECRET_PARTS,
  syncPath,
} from './backupFolder.js';
import { copyFile } from './copyParts.js';
import { clearStaleFolders } from './staleFolders.js';
import { copyStore, type StoreSources, sizeOfStore } from './storeCopy.js';

export interface BackupWish {
  readonly dataDir: string;
  /** The folder that the backup's own folder is made in. */
  readonly into: string;
  readonly secrets: boolean;
  readonly serverName: string;
}

export interface BackupSources extends StoreSources {
  readonly secrets: Pick<SecretStore, 'whileUnchanged'>;
  /** Notes the folder that is being written, or that none is, for a server that starts after this one was killed. */
  readonly underWay: (folder: string | undefined) => Promise<void>;
}

/**
 * Answers the backup's folder. Until it is complete it ends in `.part`, so that a half one is never taken for a whole one. Of a store that is backed up by its
 * engine's own means it has no copy, and says so.
 */
export async function createBackup(
  wish: BackupWish,
  sources: BackupSources,
  progress: (step: CommandProgress) => void,
): Promise<{ readonly folder: string; readonly manifest: BackupManifest }> {
  const { clock, secrets, underWay } = sources;
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
    await demandRoom(wish.into, (await sizeOfStore(sources)) + sizes.reduce((sum, size) => sum + size + BLOCK, 0), 'the backup', NO_BACKUP);
  } catch (error) {
    if (isNew) await rmdir(wish.into).catch(() => undefined);
    throw error;
  }
  await underWay(draft);
  try {
    await mkdir(draft, { mode: 0o700 }).catch((error: unknown) => {
      throw cannotWrite(wish.into, error, 'Name another folder.');
    });
    const store = await copyStore(sources, draft, progress);
    const files: BackedUpFile[] = [...store.files];
    const copyParts = async (names: readonly string[]): Promise<void> => {
      for (const file of (await Promise.all(names.map((name) => filesOf(wish.dataDir, name)))).flat()) {
        progress({ what: 'Copying files', done: files.length });
        files.push(await copyFile(wish.dataDir, draft, file));
      }
    };
    await copyParts(PLAIN_PARTS);
    // Passwords and the key that opens them have to be of one moment.
    if (wish.secrets) await secrets.whileUnchanged(() => copyParts(SECRET_PARTS));
    const manifest: BackupManifest = {
      format: BACKUP_FORMAT,
      createdAt: clock.now().toISOString(),
      server: wish.serverName,
      secrets: wish.secrets,
      ...store.says,
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

/** `2026-11-23-021500`, in local time as people name days. */
export function stamp(at: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
}
