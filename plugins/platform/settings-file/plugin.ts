// Keeps the settings in settings.json of the data folder, and their schema beside it for editors.
import type { PluginContext, StandaloneContext } from '@postroom/sdk';
import { DataFolder, SettingsSource } from '@postroom/sdk/services';
import { SettingsFile } from './settingsFile.js';

/** After the store has locked the data folder: only then is a half-written file a leftover, and not the work of a server that runs. */
export async function activate(context: PluginContext): Promise<void> {
  const file = new SettingsFile(context.get(DataFolder).path, context.log);
  await file.tidy();
  context.provide(SettingsSource, file);
}

/** The text can be looked at where no server runs. Nothing is tidied: one may be starting. */
export function activateStandalone(context: StandaloneContext): void {
  context.provide(SettingsSource, new SettingsFile(context.get(DataFolder).path, context.log));
}
