// What plugins add to the manager, by declaration only: settings, status cards, log columns. Plain data for the page.
import type { PluginCatalogue, SettingsService } from '@postroom/sdk/services';

/** What the page builds its forms and columns from. */
export function contributions(catalogue: PluginCatalogue, settings: SettingsService): object {
  const active = catalogue.plugins.filter((plugin) => plugin.state === 'active');
  return {
    plugins: catalogue.plugins.map(({ id, state, bundled, problems, manifest }) => ({
      id,
      name: manifest?.displayName ?? id,
      description: manifest?.description ?? '',
      version: manifest?.version ?? '',
      title: manifest?.contributes?.configuration?.title,
      isEdition: manifest?.contributes?.taps?.some((tap) => tap.hook === 'onLicenseCheck' && tap.stage === 'grant') ?? false,
      needs: manifest?.pluginDependencies ?? [],
      pack: manifest?.pluginPack ?? [],
      taps: (manifest?.contributes?.taps ?? []).map(({ hook, name, stage, onError }) => ({ hook, name, stage, onError })),
      essential: manifest?.capabilities?.essential === true,
      state,
      bundled,
      problems,
    })),
    // What belongs to boot.json nobody sets here.
    properties: [...settings.schema.properties.values()]
      .filter(({ scope }) => scope !== 'boot')
      .map(({ key, scope, owner, schema }) => ({ key, scope, owner, schema })),
    statusCards: active.flatMap(({ manifest }) => manifest?.contributes?.statusCards ?? []),
    logColumns: active.flatMap(({ manifest }) => manifest?.contributes?.logColumns ?? []),
  };
}
