// A plugin's view of the secrets: its own properties marked "secret", nobody else's.
import { type PluginManifest, PostroomError, type Secrets } from '@postroom/sdk';
import type { SecretStore } from '../configuration/secrets.js';
import { pluginId } from './manifestReader.js';

/** Where a secret is kept: `accounts.<id>.<key>` for one of an account, the key alone for one of the server. */
export function secretPath(key: string, account?: string): string {
  return account === undefined ? key : `accounts.${account}.${key}`;
}

export function pluginSecrets(manifest: PluginManifest, store: SecretStore): Secrets {
  return {
    get: async (key, account) => {
      if (manifest.contributes?.configuration?.properties[key]?.secret !== true) {
        throw new PostroomError('settings/unknown-key', `${pluginId(manifest)} asks for the secret ${key}, which its manifest does not declare.`, {
          plugin: pluginId(manifest),
        });
      }
      return store.getSecret(secretPath(key, account));
    },
  };
}
