// backup verify: restores into a scratch folder and looks whether everything that was backed up is there, octet by octet.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { CommandProgress } from '@postroom/sdk';
import { cannotWrite, demandRoom, isNoRoom, noRoom } from '@postroom/sdk/base';
import type { Census, StoreCopy, StoreFiles } from '@postroom/sdk/services';
import { type BackupManifest, checkFiles, damaged, readBackupManifest } from './backupFolder.js';
import { copyFile } from './copyParts.js';
import { clearStaleFolders, verificationPrefix } from './staleFolders.js';

const ELSEWHERE = 'Name a folder on another disk: --scratch FOLDER.';

/**
 * Throws `backup/damaged` where the backup could not be restored. `scratch`: where there is room for the database once more. Of a backup without the mail its
 * files are looked at; `files` throws where nobody could open a copy.
 */
export async function verifyBackup(
  folder: string,
  scratch: string,
  files: () => Pick<StoreFiles, 'copyName' | 'openCopy'>,
  progress: (step: CommandProgress) => void,
): Promise<BackupManifest> {
  const manifest = await readBackupManifest(folder);
  const { census } = manifest;
  if (census === undefined) await checkFiles(folder, manifest, progress);
  else await verifyCopy(folder, { ...manifest, census }, scratch, files(), progress);
  return manifest;
}

async function verifyCopy(
  folder: string,
  manifest: BackupManifest & { readonly census: Census },
  scratch: string,
  files: Pick<StoreFiles, 'copyName' | 'openCopy'>,
  progress: (step: CommandProgress) => void,
): Promise<void> {
  await clearStaleFolders(scratch);
  const octets = manifest.files.find((file) => file.path === files.copyName)?.bytes ?? 0;
  await demandRoom(scratch, octets, 'the copy of the database that is looked through', ELSEWHERE);
  await checkFiles(folder, manifest, progress);
  const copy = await mkdtemp(path.join(scratch, verificationPrefix())).catch((error: unknown) => {
    throw cannotWrite(scratch, error, ELSEWHERE);
  });
  try {
    await copyFile(folder, copy, files.copyName);
    const store = await files.openCopy(copy);
    try {
      await store.quickCheck();
      const difference = differenceBetween(manifest.census, await store.census());
      if (difference !== undefined) {
        throw damaged(folder, difference);
      }
      await checkMessages(folder, store, manifest.census.messages, progress);
    } finally {
      await store.close();
    }
  } catch (error) {
    throw isNoRoom(error) ? noRoom(scratch, 'the copy of the database does not fit', ELSEWHERE, error) : error;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** A sentence about the first count that differs. */
export function differenceBetween(expected: Census, found: Census): string | undefined {
  const different = (Object.keys(expected) as (keyof Census)[]).find((key) => expected[key] !== found[key]);
  return different === undefined
    ? undefined
    : `${different} should be ${expected[different]} and is ${found[different]} after restoring. Use another backup.`;
}

/** Reads every message and compares it with the hash that was taken when it came in. */
async function checkMessages(folder: string, store: StoreCopy, count: number, progress: (step: CommandProgress) => void): Promise<void> {
  let done = 0;
  for await (const message of store.contents()) {
    const hash = createHash('sha256');
    for await (const piece of store.read(message.id)) {
      hash.update(piece);
    }
    if (hash.digest('hex') !== message.contentHash) {
      throw damaged(folder, `message ${message.id} is not what came in. Use another backup.`);
    }
    done += 1;
    progress({ what: 'Reading messages', done, of: count });
  }
}
