// Copies of the store while it is in use: each the whole database in one file.
import { chmod, open } from 'node:fs/promises';
import type { Census, StoreCopies } from '@postroom/sdk/services';
import { censusOf } from './census.js';
import type { Connection } from './connection.js';
import { copyInto, sizeOfWhole } from './database.js';
import type { Readers } from './readers.js';

export type FileCopies = Extract<StoreCopies, { readonly kind: 'file' }>;

/** `aside`: long reading on a connection of its own. */
export function fileCopies(readers: Readers, aside: (job: (connection: Connection) => Promise<void>) => Promise<void>): FileCopies {
  return {
    kind: 'file',
    size: () => sizeOfWhole(readers),
    write: async (path): Promise<Census> => {
      await aside((connection) => copyInto(connection, path));
      await chmod(path, 0o600);
      const file = await open(path, 'r');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
      return censusOf(path);
    },
  };
}
