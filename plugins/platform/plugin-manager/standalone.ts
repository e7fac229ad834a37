// What the command line does without a server: the commands for authors, and a plugin's folder as one file.
import type { StandaloneModule } from '@postroom/sdk/services';
import { authoringCommands } from './authoring/authoringCommands.js';

export const standaloneCommands: StandaloneModule['standaloneCommands'] = authoringCommands;

export const packPlugin: NonNullable<StandaloneModule['packPlugin']> = async (reader, folder, options) => {
  const { packChecked } = await import('./authoring/pluginCheck.js');
  return packChecked(reader, folder, options);
};
