// A server that moves to a store which several share brings its secrets along, where none are there yet.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PostroomError, sentenceOf } from '@postroom/sdk';
import type { Documents, Log } from '@postroom/sdk/services';
import { SECRETS_DOCUMENT, secretsDamaged, secretsIn } from './secretDocument.js';

/** Rejects with `secrets/unreadable` where the file would be taken and is damaged. */
export async function importSecrets(folder: string, documents: Documents, log: Pick<Log, 'info'>): Promise<void> {
  const path = join(folder, SECRETS_DOCUMENT);
  const octets = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new PostroomError('secrets/unreadable', `${path} can't be read (${sentenceOf(error)}). See to its permissions.`, { path });
  });
  if (octets === undefined) return;
  const isThere = (await documents.version(SECRETS_DOCUMENT)) !== undefined;
  if (!isThere && secretsIn(octets) === undefined) throw secretsDamaged(path);
  if (!isThere && (await documents.put(SECRETS_DOCUMENT, octets, undefined)) !== 'conflict') {
    log.info('The passwords are in the store from now on, for all of its servers. The file is not looked at any more.', { path });
  } else {
    log.info('The passwords are in the store. The file in the data folder is of before, and is not looked at: it can be removed.', {
      path,
    });
  }
}
