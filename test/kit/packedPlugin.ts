// Plugins for tests as `plugins pack` makes them.
import { pluginFiles } from '@postroom/sdk/base';
import type { PackOptions, PluginReader } from '@postroom/sdk/services';
import { readPlugin } from '#core/plugins/manifests/discovery.js';
import { checkPlugin, packChecked } from '#plugins/platform/plugin-manager/dist/authoring/pluginCheck.js';
import { packFiles } from '#plugins/platform/plugin-manager/dist/packages/pluginArchive.js';

const reader: PluginReader = { read: (folder) => readPlugin(folder, false) };

/** Without a look at what is wrong with it. */
export async function packFolder(folder: string): Promise<Buffer> {
  return packFiles(folder, await pluginFiles(folder));
}

export const packPlugin = (folder: string): Promise<Buffer> => packChecked(reader, folder);

export const verdictOn = (folder: string, options?: PackOptions): ReturnType<typeof checkPlugin> => checkPlugin(reader, folder, options);
