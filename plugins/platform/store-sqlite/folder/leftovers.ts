// What operations leave that were killed: removed by the next one that has the data folder for itself, before it needs the room. Only what bears a
// name of ours and cannot be in use while the folder is locked.
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { COPY_DRAFT } from './copyDraft.js';
import { DOCUMENTS_FOLDER } from './folderDocuments.js';

/** New files on their way into the folder; the data are as before. */
export const EXCHANGE_DRAFT = 'restoring.part';
/** A file's next content, under the name that writeAtomically gives it: `.settings.json.4711.0123456789ab.tmp`. */
const NEXT_CONTENT = /^\..+\.\d+\.[0-9a-f]{12}\.tmp$/;
/** Where writeAtomically writes; below the last one as well. */
const FOLDERS = ['.', 'tls', DOCUMENTS_FOLDER] as const;
/** Folders of ours, with all that is in them. */
const DRAFTS: ReadonlySet<string> = new Set([EXCHANGE_DRAFT, COPY_DRAFT]);
const FILES: ReadonlySet<string> = new Set(['stalls.json.part', '.room-probe', '.write-probe']);

/** The folder must be locked. Answers what was removed, relative to it; what cannot be removed stays. */
export async function clearLeftovers(dataDir: string): Promise<readonly string[]> {
  const cleared: string[] = [];
  for (const folder of FOLDERS) {
    const names = await readdir(join(dataDir, folder), { recursive: folder === DOCUMENTS_FOLDER }).catch((): string[] => []);
    for (const name of names) {
      const path = join(dataDir, folder, name);
      const isOurs = NEXT_CONTENT.test(basename(name)) || (folder === '.' && (FILES.has(name) || DRAFTS.has(name)));
      if (isOurs && (await removed(path, DRAFTS.has(name)))) cleared.push(join(folder, name));
    }
  }
  return cleared;
}

/** Whether the folder holds a restore that was killed before it changed anything. */
export function tellsOfRestore(cleared: readonly string[]): boolean {
  return cleared.includes(EXCHANGE_DRAFT);
}

async function removed(path: string, isFolder: boolean): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== isFolder) return false;
  return rm(path, { recursive: isFolder }).then(
    () => true,
    () => false,
  );
}
