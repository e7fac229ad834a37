// A plugin's view of the secrets: its own properties marked "secret", nobody else's.
import { type PluginManifest, PostroomError, type Secrets } from '@postroom/sdk';
import { type SecretStore, secretPath } from '../configuration/secretStore.js';
import { pluginId } from './manifestReader.js';

export function pluginSecrets(manifest: PluginManifest, store: SecretStore): Secrets {
  return {
    get: async (key, account) => {
      if (manifest.contributes?.configuration?.properties[key]?.secret !== true) {
        throw new PostroomError(
          'settings/unknown-key',
          `${pluginId(manifest)} asks for the secret ${key}, which its manifest does not declare.`,
          {
            plugin: pluginId(manifest),
          },
        );
      }
      return store.getSecret(secretPath(key, account));
    },
  };
}
