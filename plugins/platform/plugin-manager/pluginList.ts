// What people see of the plugins: `plugins list` and `plugins order`.
import { type HookName, type PluginManifest, STAGES } from '@postroom/sdk';
import type { PluginAdministration, PluginStatus } from '@postroom/sdk/services';

/** `all`: also those that are off and well. */
export function pluginRows(plugins: PluginAdministration, all: boolean): readonly object[] {
  return plugins.plugins
    .filter(({ state, problems }) => all || state !== 'disabled' || problems.length > 0)
    .map((plugin) => {
      const { id, name, version, state, bundled, trusted, problems, manifest } = plugin;
      return {
        plugin: id,
        name,
        version,
        state,
        runs: bundled ? 'in the host' : trusted ? 'in the host, trusted by boot.json' : 'isolated',
        deliveries: !bundled && takesDeliveries(manifest) ? 'may take them over' : '',
        mail: mailWithout(plugin, plugins),
        problems: [...problems, ...(state === 'disabled' ? [] : waitingSentences(plugin, plugins))],
      };
    });
}

/** The taps of a hook or of all, or the plugins as they start. */
export function orderRows(plugins: PluginAdministration, { hook, services }: { hook?: HookName; services: boolean }): readonly object[] {
  return services ? plugins.starting.map((each, index) => ({ place: index + 1, ...each })) : plugins.taps(hook);
}

/** What it waits for, where that is the administrator's agreement. */
export function waitingSentences({ id, bundled, trusted, manifest }: PluginStatus, plugins: PluginAdministration): readonly string[] {
  const waits = bundled || trusted || manifest === undefined ? [] : plugins.networkOf(manifest).waits;
  return waits.length === 0 ? [] : [`It waits for your agreement to connect to ${waits.join(', ')}: postroom plugins allow ${id}`];
}

/** What becomes of mail while the plugin does not run. */
function mailWithout({ id, bundled, failsClosed }: PluginStatus, { blocking }: PluginAdministration): string {
  if (blocking.some((each) => each.id === id)) return 'is held for it';
  if (bundled) return '';
  return failsClosed ? 'would be held without it' : 'would go on without it';
}

/** Whether its word decides what counts as sent. */
function takesDeliveries(manifest: PluginManifest | undefined): boolean {
  // Without a stage a tap stands in the last one that does the hook's work.
  const standard = STAGES.onDeliver.filter((stage) => stage !== 'outcome').at(-1);
  return manifest?.contributes?.taps?.some(({ hook, stage = standard }) => hook === 'onDeliver' && stage === 'deliver') ?? false;
}
