// The store's part of a backup: a copy in a file, or word of how its engine is backed up.
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { CommandProgress } from '@postroom/sdk';
import type { Census, Clock, StoreCopies, StoreFiles, StoreMaintenance } from '@postroom/sdk/services';
import { type BackedUpFile, type BackupManifest, hashFile } from './backupFolder.js';

export interface StoreSources {
  readonly maintenance: Pick<StoreMaintenance, 'copies'>;
  /** Throws where the store has no files. */
  readonly files: () => Pick<StoreFiles, 'copyName'>;
  readonly clock: Clock;
}

type FileCopies = Extract<StoreCopies, { readonly kind: 'file' }>;

const LOOK_MS = 200;

/** Octets that it will have in a backup, about. */
export async function sizeOfStore({ maintenance: { copies } }: StoreSources): Promise<number> {
  return copies.kind === 'file' ? copies.size() : 0;
}

/** Copies it into `draft`, where a copy is a file. */
export async function copyStore(
  { maintenance: { copies }, files, clock }: StoreSources,
  draft: string,
  progress: (step: CommandProgress) => void,
): Promise<{ readonly files: readonly BackedUpFile[]; readonly says: Pick<BackupManifest, 'census' | 'storeElsewhere'> }> {
  if (copies.kind === 'external') return { files: [], says: { storeElsewhere: copies.instead } };
  const { copyName } = files();
  const copy = path.join(draft, copyName);
  const census = await write(copies, copy, clock, progress);
  return { files: [{ path: copyName, ...(await hashFile(copy)) }], says: { census } };
}

/** The database says nothing while it copies itself: the growing file does. */
async function write(copies: FileCopies, file: string, clock: Clock, progress: (step: CommandProgress) => void): Promise<Census> {
  const size = await copies.size();
  const megabytes = (octets: number): number => Math.ceil(octets / 2 ** 20);
  let running = true;
  const look = (): void => {
    void stat(file).then(
      ({ size: done }) =>
        running && progress({ what: 'Copying the database (MB)', done: megabytes(Math.min(done, size)), of: megabytes(size) }),
      () => undefined,
    );
    timer = clock.after(LOOK_MS, look);
  };
  let timer = clock.after(LOOK_MS, look);
  const census = await copies.write(file).finally(() => {
    running = false;
    void timer.dispose();
  });
  progress({ what: 'Copying the database (MB)', done: megabytes(size), of: megabytes(size) });
  return census;
}
