// Keeps the passwords: those of users as hashes, those at the ISPs encrypted under a key.
import type { PluginContext } from '@postroom/sdk';
import { AdminPassword, Clock, DataFolder, SecretStore } from '@postroom/sdk/services';
import { StoredAdminPassword } from './adminPassword.js';
import { FileSecretStore } from './secretStore.js';

/** After the store has locked the data folder: an interrupted change of the key is ended here, which no two servers may do at a time. */
export async function activate(context: PluginContext): Promise<void> {
  const secrets = new FileSecretStore(context.get(DataFolder).path, context.get(Clock), context.log);
  await secrets.open();
  context.provide(SecretStore, secrets);
  context.provide(AdminPassword, new StoredAdminPassword(secrets));
  context.commands.register('secrets.rotate', async () => ({ encryptedAnew: await secrets.rotateKey() }));
}
