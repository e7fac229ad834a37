// The secrets in a data folder, as its one server opens them.
import type { Clock, Log } from '@postroom/sdk/services';
import { openSecrets } from '#plugins/platform/secrets/dist/openSecrets.js';
import type { DocumentSecretStore } from '#plugins/platform/secrets/dist/secretStore.js';
import { FolderDocuments } from '#plugins/platform/store-sqlite/dist/folder/folderDocuments.js';

/** Holds nothing that has to be disposed of. */
export async function folderSecrets(folder: string, clock: Clock, log: Log): Promise<DocumentSecretStore> {
  const { store } = await openSecrets({ documents: new FolderDocuments(folder), folder, clock, log: log.forSource('test') });
  return store;
}
