// The login name at the ISP that the plugin uses which collects an account's mail: most ISPs have one login for both directions.
import { type AccountView, PostroomError, type Settings } from '@postroom/sdk';
import type { PluginCatalogue } from '@postroom/sdk/services';

/** '' where none is set, or where that plugin has none. */
export type CollectorLogin = (account: AccountView) => string;

export function collectorLogin(catalogue: PluginCatalogue, settings: Settings): CollectorLogin {
  return ({ id, via }) => {
    const collectors = catalogue.plugins.flatMap(({ manifest }) => manifest?.contributes?.collectors ?? []);
    const property = collectors.find((each) => each.via === via)?.loginProperty;
    if (property === undefined) return '';
    try {
      return settings.forAccount<string | undefined>(id, property) ?? '';
    } catch (error) {
      // Declared as a collector's, and not as a setting.
      if (error instanceof PostroomError && error.code === 'settings/unknown-key') return '';
      throw error;
    }
  };
}
