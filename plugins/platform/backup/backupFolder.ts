// What a backup is: one folder, with a manifest that names every file in it. A folder, not an archive: the database is written into it
// directly (an archive would need the room twice), any tool can look into it or copy it, and a damaged octet spoils one file only.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type CommandProgress, PostroomError, sentenceOf } from '@postroom/sdk';
import type { Census } from '@postroom/sdk/services';

export const MANIFEST_FILE = 'backup.json';
/** Version of the manifest's format. */
export const BACKUP_FORMAT = 1;
/** Octets that a file takes up on a disk beyond its own, at most. */
export const BLOCK = 4_096;
/** Of a data folder, besides the store: what every backup has. Last what may name another store, for which a server could start on the half of a restore. */
export const PLAIN_PARTS = ['settings.json', 'storage', 'plugins', 'boot.json'] as const;
/** Says that settings.json is a copy of what servers on a store share. One that was restored is none, or it would pass for a change that somebody makes for all of them. */
export const COPY_NOTE = 'settings.shared.json';
/** What only a backup with secrets has: passwords, the key that seals them, the certificate's private key. */
export const SECRET_PARTS = ['secrets.json', 'secret.key', 'secret.key.next', 'tls'] as const;

export interface BackedUpFile {
  /** Relative, with slashes. */
  readonly path: string;
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

export interface BackupManifest {
  readonly format: number;
  readonly createdAt: string;
  /** The server's name. */
  readonly server: string;
  readonly secrets: boolean;
  /** What the store's copy in the backup holds; `undefined`: there is no such copy, and so no mail. */
  readonly census?: Census;
  /** Of a backup without the mail: how the mail is backed up, sentences. */
  readonly storeElsewhere?: string;
  readonly files: readonly BackedUpFile[];
}

/** Reads and checks the manifest. Throws `backup/damaged`. */
export async function readBackupManifest(folder: string): Promise<BackupManifest> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path.join(folder, MANIFEST_FILE), 'utf8'));
  } catch (error) {
    throw damaged(folder, `its ${MANIFEST_FILE} can't be read (${sentenceOf(error)}). Is this the folder that "backup create" made?`);
  }
  const manifest = value as Partial<BackupManifest> | null;
  if (manifest?.format !== BACKUP_FORMAT) {
    throw damaged(
      folder,
      `its format is ${String(manifest?.format)}, and this Postroom knows ${BACKUP_FORMAT}. Use the version that made it.`,
    );
  }
  if (!Array.isArray(manifest.files) || !saysWhereMailIs(manifest) || !manifest.files.every(isSafe)) {
    throw damaged(folder, `its ${MANIFEST_FILE} names no files, or files outside of it. Use another backup.`);
  }
  return manifest as BackupManifest;
}

function saysWhereMailIs({ census, storeElsewhere }: Partial<BackupManifest>): boolean {
  return (census === undefined) !== (storeElsewhere === undefined);
}

/** A path that a forged manifest could not lead out of the folder. */
function isSafe(file: BackedUpFile): boolean {
  return typeof file.path === 'string' && file.path !== '' && !path.isAbsolute(file.path) && !file.path.split(/[\\/]/).includes('..');
}

/** Compares every file with the manifest. Throws `backup/damaged` at the first difference. */
export async function checkFiles(folder: string, manifest: BackupManifest, progress: (step: CommandProgress) => void): Promise<void> {
  let done = 0;
  for (const file of manifest.files) {
    progress({ what: 'Checking files', done, of: manifest.files.length });
    const found = await hashFile(path.join(folder, file.path)).catch((error: unknown) => {
      throw damaged(folder, `${file.path} can't be read (${sentenceOf(error)}). Use another backup.`);
    });
    if (found.bytes !== file.bytes || found.sha256 !== file.sha256) {
      throw damaged(folder, `${file.path} is not what was backed up. Use another backup.`);
    }
    done += 1;
  }
  progress({ what: 'Checking files', done, of: manifest.files.length });
}

export async function hashFile(file: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Every file below `part`, relative to `folder`; none where the part is missing. Links are left out: they lead elsewhere. */
export async function filesOf(folder: string, part: string): Promise<readonly string[]> {
  const stats = await lstat(path.join(folder, part)).catch(() => undefined);
  if (stats?.isFile() === true) {
    return [part];
  }
  if (stats?.isDirectory() !== true) {
    return [];
  }
  const names = (await readdir(path.join(folder, part))).sort();
  const below = await Promise.all(names.map((name) => filesOf(folder, `${part}/${name}`)));
  return below.flat();
}

/** Makes what was written survive a power cut. */
export async function syncPath(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function damaged(folder: string, what: string): PostroomError {
  return new PostroomError('backup/damaged', `The backup ${folder} can't be used: ${what}`, { path: folder });
}
