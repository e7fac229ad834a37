// Keeps the passwords: those of users as hashes, those at the ISPs encrypted under a key.
import type { PluginContext } from '@postroom/sdk';
import { AdminPassword, Clock, DataFolder, Documents, SecretStore, SharedKey, StandingProblems } from '@postroom/sdk/services';
import { StoredAdminPassword } from './adminPassword.js';
import { openSecrets } from './openSecrets.js';
import { checkSecrets, secretProblems } from './secretCheck.js';

/** After the store has locked the data folder: an interrupted change of the key is ended here, which no two servers may do at a time. */
export async function activate(context: PluginContext): Promise<void> {
  const documents = context.get(Documents);
  const secrets = await openSecrets({ documents, folder: context.get(DataFolder).path, clock: context.get(Clock), log: context.log });
  context.subscriptions.push(
    secrets,
    context.get(StandingProblems).add(() => secretProblems(secrets)),
  );
  context.provide(SecretStore, secrets.store);
  context.provide(SharedKey, secrets.seal);
  context.provide(AdminPassword, new StoredAdminPassword(secrets.store));
  context.commands.register('secrets.rotate', async () => ({ encryptedAnew: await secrets.store.rotateKey() }));
  context.commands.register('secrets.forget', async ({ key }: { readonly key: string }) => ({
    forgotten: await secrets.store.forget(key),
  }));
  context.commands.register('secrets.check', () => checkSecrets(secrets));
}
