// The data folder: whose it is, who may read it, what disk it lies on.
import { access, constants, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { CheckResult } from '@postroom/sdk';
import type { ContributedEntries, StoreFiles } from '@postroom/sdk/services';
import { finding } from './findings.js';

/** File system types on which locks and durable writes cannot be relied upon (statfs(2)). */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9P'],
]);
/** An entry of the point `privateFiles`: a file that only the server's user may read. */
interface PrivateFile {
  readonly file: string;
}

/** The folder, and the files in it that plugins say nobody else may read. */
export async function checkRights(dataDir: string, entries: Pick<ContributedEntries, 'of'>): Promise<CheckResult> {
  await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  const open: string[] = [];
  for (const name of ['.', ...entries.of<PrivateFile>('privateFiles').map(({ value }) => value.file)]) {
    const stats = await stat(path.join(dataDir, name)).catch(() => undefined);
    if (stats !== undefined && (stats.mode & 0o077) !== 0) {
      open.push(name === '.' ? dataDir : path.join(dataDir, name));
    }
    if (stats !== undefined && process.getuid !== undefined && stats.uid !== process.getuid()) {
      return finding(
        'problem',
        'data folder',
        `${path.join(dataDir, name)} belongs to another user. Give it to the user that runs Postroom: chown.`,
      );
    }
  }
  return open.length === 0
    ? finding('well', 'data folder', `${dataDir} is readable and writable by the server's user alone.`)
    : finding('warning', 'data folder', `Others on this machine can read ${open.join(', ')}. Take their rights away: chmod go-rwx.`);
}

export async function checkFileSystem(dataDir: string): Promise<CheckResult> {
  const network = NETWORK_FILE_SYSTEMS.get((await statfs(dataDir)).type);
  return network === undefined
    ? finding('well', 'file system', 'The data folder lies on a disk of this machine.')
    : finding(
        'warning',
        'file system',
        `The data folder lies on a network file system (${network}), where mail can be lost. Move it to a disk of this machine.`,
      );
}

export async function checkRestore(dataDir: string, files: Pick<StoreFiles, 'interrupted'>): Promise<CheckResult> {
  const note = await files.interrupted(dataDir);
  return note === undefined
    ? finding('well', 'restore', 'No restore was interrupted.')
    : finding(
        'problem',
        'restore',
        `The restore of the backup of ${note.from} was interrupted. Run it again: postroom backup restore FOLDER --data ${dataDir}`,
      );
}
