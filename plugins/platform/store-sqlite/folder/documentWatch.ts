// Hears of changes of documents that are files, whoever made them.
import { stat } from 'node:fs/promises';
import type { Disposable } from '@postroom/sdk';

const LOOK_EVERY_MS = 1000;

/** Looks each second at the files that `paths` answers, and calls where they are others than before. The first look calls as well: it knows of no other. */
export function watchDocuments(paths: () => Promise<readonly string[]>, changed: () => void): Disposable {
  let known: string | undefined;
  let isLooking = false;
  let isDisposed = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    const now = (await Promise.all((await paths()).map(signatureOf))).join('\n');
    isLooking = false;
    if (isDisposed || now === known) return;
    known = now;
    changed();
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();
  return {
    dispose: () => {
      isDisposed = true;
      clearInterval(timer);
    },
  };
}

async function signatureOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found === undefined ? path : [path, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
}
