// The settings' two lists of plugins.
import type { PluginLists, SettingsService } from '@postroom/sdk/services';

/** As they are in force. */
export function listsIn({ value }: Pick<SettingsService, 'value'>): PluginLists {
  const list = (key: string): readonly string[] => (value[key] ?? []) as readonly string[];
  return { enabled: list('plugins.enabled'), disabled: list('plugins.disabled') };
}
