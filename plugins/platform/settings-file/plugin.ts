// Keeps the settings in settings.json of the data folder, and their schema beside it for editors. Where several servers share the store, what is in the file is a copy
// of what all of them have.
import type { PluginContext, StandaloneContext } from '@postroom/sdk';
import { Clock, DataFolder, Documents, SettingsSource } from '@postroom/sdk/services';
import { SettingsFile } from './settingsFile.js';
import { SharedSettings } from './sharedSettings.js';
import { WorkingCopy } from './workingCopy.js';

/** After the store has locked the data folder: only then is a half-written file a leftover, and not the work of a server that runs. */
export async function activate(context: PluginContext): Promise<void> {
  const { path } = context.get(DataFolder);
  const file = new SettingsFile(path, context.log);
  await file.tidy();
  const documents = context.get(Documents);
  if (!documents.isShared) return context.provide(SettingsSource, file);
  const clock = context.get(Clock);
  const copy = await WorkingCopy.open(path, file, clock);
  context.provide(SettingsSource, new SharedSettings({ documents, file, copy, clock, log: context.log }));
}

/** The text can be looked at where no server runs. Nothing is tidied: one may be starting. */
export function activateStandalone(context: StandaloneContext): void {
  context.provide(SettingsSource, new SettingsFile(context.get(DataFolder).path, context.log));
}
