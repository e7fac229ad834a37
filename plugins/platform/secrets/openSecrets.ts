// The secrets of a server that starts: brought along, read, a change of the key ended that was cut, and followed from then on.
import { join } from 'node:path';
import type { Disposable, Logger } from '@postroom/sdk';
import type { Clock, Documents } from '@postroom/sdk/services';
import { importSecrets } from './importedSecrets.js';
import { fingerprintsOf, Keyring } from './keyring.js';
import type { CheckedSecrets } from './secretCheck.js';
import { SECRETS_DOCUMENT, SecretDocument } from './secretDocument.js';
import { SecretKey } from './secretKey.js';
import { DocumentSecretStore } from './secretStore.js';
import { SecretWatch } from './secretWatch.js';
import { SharedSeal } from './sharedSeal.js';

export interface SecretSurroundings {
  readonly documents: Documents;
  /** The data folder, in which the key is. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface OpenSecrets extends CheckedSecrets, Disposable {
  readonly store: DocumentSecretStore;
  readonly seal: SharedSeal;
}

export async function openSecrets({ documents, folder, clock, log }: SecretSurroundings): Promise<OpenSecrets> {
  const { isShared } = documents;
  const place = isShared ? `The document ${SECRETS_DOCUMENT} of the store` : join(folder, SECRETS_DOCUMENT);
  const [document, key] = [new SecretDocument(documents, place), new SecretKey(folder)];
  const keyring = new Keyring(key, isShared);
  if (isShared) await importSecrets(folder, documents, log);
  await document.open();
  if (await key.isChanging()) {
    if (isShared) await document.settle();
    await key.recover(fingerprintsOf(document.secrets));
  }
  if (await key.isOpenToOthers()) {
    log.warn('Other users of this machine can read the key file. Take their rights away: chmod 600.', { path: key.path });
  }
  const store = new DocumentSecretStore({ document, key, keyring, clock, isShared });
  const checked = { document, keyring, keyPath: key.path, isShared };
  const watch = new SecretWatch(checked, { documents, clock, log });
  await watch.begin();
  return { ...checked, store, seal: new SharedSeal(document, key, keyring), dispose: () => watch.dispose() };
}
