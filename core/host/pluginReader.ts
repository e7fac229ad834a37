// Reads folders that hold a plugin of a stranger, without running it.
import type { PluginReader } from '@postroom/sdk/services';
import { readPlugin } from './discovery.js';
import { pluginFiles } from './pluginFiles.js';
import { syntaxErrors } from './syntaxCheck.js';

/** `trusted`: ids of those that boot.json trusts, which may ask for more. */
export function pluginReader(trusted?: ReadonlySet<string>): PluginReader {
  return {
    read: async (folder) => {
      const { id, manifest, problems } = await readPlugin(folder, false, trusted);
      return { id, manifest, problems };
    },
    files: pluginFiles,
    syntaxErrors,
  };
}
