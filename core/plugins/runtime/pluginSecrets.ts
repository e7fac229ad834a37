// A plugin's view of the secrets: its own properties marked "secret", and no others.
import { type PluginManifest, PostroomError, type Secrets } from '@postroom/sdk';
import { type SecretStore, type SettingsService, secretPath } from '@postroom/sdk/services';
import { isOwn, pluginId } from '../../configuration/schema/schema.js';

/** What a manifest declares says nothing alone: it may be another plugin's setting that it names. */
export function pluginSecrets(manifest: PluginManifest, store: SecretStore, settings: Pick<SettingsService, 'schema'>): Secrets {
  const plugin = pluginId(manifest);
  return {
    get: async (key, account) => {
      const { schema } = settings;
      if (!isOwn(schema, plugin, key) || schema.properties.get(key)?.schema.secret !== true) {
        const sentence = `${plugin} asks for the secret ${key}, which is no secret of its own: its manifest does not declare it, or another one does too.`;
        throw new PostroomError('settings/unknown-key', sentence, { plugin });
      }
      return store.getSecret(secretPath(key, account));
    },
  };
}
