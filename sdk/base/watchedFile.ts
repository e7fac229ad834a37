// Hears of a file's changes, also when it is replaced, removed, or behind a link.
import { type BigIntStats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Disposable } from '../disposable.js';

/**
 * Calls after the file became another one than it was at this call. Looks at it every `everyMs`: watching the folder instead would
 * wake the server at every write of the database that lives there, and would miss a file behind a link or on a network drive.
 */
export function onFileChange(path: string, everyMs: number, changed: () => void): Disposable {
  let known = signature(statSync(path, { bigint: true, throwIfNoEntry: false }));
  let looking = false;
  let disposed = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    const now = signature(await stat(path, { bigint: true }).catch(() => undefined));
    looking = false;
    if (disposed || now === known) return;
    known = now;
    changed();
  };
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return {
    dispose: () => {
      disposed = true;
      clearInterval(timer);
    },
  };
}

function signature(stats: BigIntStats | undefined): string {
  return stats === undefined ? '' : [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(' ');
}
