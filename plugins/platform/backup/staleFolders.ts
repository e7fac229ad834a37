// Folders of backups and verifications that were killed: half copies of all mail in hidden places.
import { readFileSync, readlinkSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Of a backup that is not complete yet. */
const PART = /^postroom-backup-\d{4}-\d{2}-\d{2}-\d{6}(?:-with-secrets)?\.part$/;
const VERIFICATION = /^postroom-verify-(\d+)-(?:([0-9a-f]+)-)?[A-Za-z0-9]+$/;
/** A process at work on one writes to it all the time. */
const STILL_MS = 3_600_000;

/** Beginning of the name of a verification's folder. */
export function verificationPrefix(): string {
  const here = processSpace();
  return `postroom-verify-${process.pid}-${here === '' ? '' : `${here}-`}`;
}

/** Hex digits for this boot of this machine and the container: where they are the same, process numbers mean the same. '' where the system has none. */
function processSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
    return `${boot}${Number(/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0]).toString(16)}`;
  } catch {
    return '';
  }
}

export function isPart(folder: string): boolean {
  return PART.test(path.basename(folder));
}

/**
 * Removes what lies in `place` and is certainly unused: of a process of this machine that is gone; or unchanged for an hour and, where the name says
 * whose it is, of a process that cannot be seen from here.
 */
export async function clearStaleFolders(place: string): Promise<void> {
  for (const name of await readdir(place).catch((): string[] => [])) {
    const [, process, space] = VERIFICATION.exec(name) ?? [];
    if (!PART.test(name) && (process === undefined || isAlive(Number(process)))) continue;
    const folder = path.join(place, name);
    const isGone = space !== undefined && space === processSpace();
    if (isGone || Date.now() - (await lastChange(folder)) > STILL_MS)
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Of the folder and what lies in it; milliseconds since 1970. Now, where they cannot be read. */
async function lastChange(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) return Date.now();
  const times = await Promise.all(
    ['.', ...names].map(async (name) => (await stat(path.join(folder, name)).catch(() => undefined))?.mtimeMs),
  );
  return Math.max(...times.map((time) => time ?? Date.now()));
}
