// How much memory another process takes.
import { readFile } from 'node:fs/promises';

const PAGE = 4096;
const MEGABYTE = 2 ** 20;

/** Resident megabytes of a process, where the system shows them in a file (Linux); `undefined` elsewhere, and where the process is gone. */
export async function residentMegabytes(pid: number): Promise<number | undefined> {
  const pages = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => undefined);
  return pages === undefined ? undefined : (Number(pages.split(' ')[1] ?? 0) * PAGE) / MEGABYTE;
}
