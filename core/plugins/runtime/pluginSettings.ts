// A plugin's view of the settings. It can be had before they are in force: a plugin of the platform is activated before that.

import { type PluginManifest, PostroomError, type Settings, sentenceOf } from '@postroom/sdk';
import { DisposableStack } from '@postroom/sdk/base';
import type { HostSettings } from '../../configuration/inForce/hostSettings.js';
import { pluginId } from '../../configuration/schema/schema.js';
import type { BootState } from '../start/bootState.js';

/** `service` answers the settings once they are in force. `onProblem`: a listener of the plugin threw; the others hear of the change all the same. */
export function pluginSettings(
  manifest: PluginManifest,
  boot: BootState,
  service: () => Pick<HostSettings, 'forPlugin'>,
  onProblem: (plugin: string, sentence: string) => void,
): Settings {
  const id = pluginId(manifest);
  const declared = manifest.contributes?.configuration?.properties ?? {};
  let inForce: Settings | undefined;
  const settings = (key: string): Settings => {
    if (!boot.hasSettings) {
      throw new PostroomError('settings/unknown-key', `${id} asks for the setting "${key}" before the settings are in force.`, { key });
    }
    inForce ??= service().forPlugin(manifest);
    return inForce;
  };
  const onDidChange: Settings['onDidChange'] = (keys, listener) => {
    const guarded = (): void => {
      try {
        listener();
      } catch (error) {
        onProblem(id, `${id} could not follow a change of its settings: ${sentenceOf(error)}`);
      }
    };
    const following = new DisposableStack();
    let isWanted = true;
    boot.whenSettings(() => {
      if (isWanted) following.use(settings(keys.join(', ')).onDidChange(keys, guarded));
    });
    return {
      dispose: () => {
        isWanted = false;
        return following.dispose();
      },
    };
  };
  return Object.freeze<Settings>({
    get: <T>(key: string) =>
      declared[key]?.scope === 'boot' ? (boot.property(key, declared[key].default) as T) : settings(key).get<T>(key),
    forAccount: (account, key) => settings(key).forAccount(account, key),
    forUser: (account, user, key) => settings(key).forUser(account, user, key),
    onDidChange,
  });
}
