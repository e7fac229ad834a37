// Files that are there whole or as they were: written beside, made durable, then renamed into place.
import { randomBytes } from 'node:crypto';
import { open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Replaces a file's content; after a crash at any point it holds the old or the new octets. `mode`: for a file that is new; an old one keeps its own. */
export async function writeAtomically(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  // A link stays a link: the file behind it is replaced.
  const target = await realpath(path).catch(() => path);
  const folder = dirname(target);
  const kept = await stat(target).then(
    (stats) => stats.mode & 0o777,
    () => mode,
  );
  const beside = join(folder, `.${basename(target)}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(beside, 'wx', kept);
    try {
      // The umask must not take a permission from a file that had it.
      await file.chmod(kept);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, target);
  } catch (error) {
    await unlink(beside).catch(() => undefined);
    throw error;
  }
  await syncFolder(folder);
}

/** Removes what a crash in the middle of writeAtomically left beside a file. */
export async function removeLeftovers(path: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const folder = dirname(target);
  const prefix = `.${basename(target)}.`;
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.startsWith(prefix) && name.endsWith('.tmp')) await unlink(join(folder, name)).catch(() => undefined);
  }
}

/** Makes what was made, renamed or removed in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
