// A server's number on its store, remembered in its data folder: the next process there knows what the one before left.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeAtomically } from '@postroom/sdk/base';

const FILE = 'store-server.json';

interface Mark {
  readonly store: string;
  readonly server: number;
}

/** `undefined` where there was none on this store. */
export async function formerServer(dataDir: string, store: string): Promise<number | undefined> {
  try {
    const mark = JSON.parse(await readFile(path.join(dataDir, FILE), 'utf8')) as Partial<Mark>;
    return mark.store === store ? mark.server : undefined;
  } catch {
    // Then what it left is free as soon as the store takes it for gone.
    return undefined;
  }
}

export async function markServer(dataDir: string, mark: Mark): Promise<void> {
  await writeAtomically(path.join(dataDir, FILE), JSON.stringify(mark));
}
