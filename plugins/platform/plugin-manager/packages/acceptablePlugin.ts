// What was unpacked, before it is installed: every reason against it.
import { type PluginManifest, PostroomError } from '@postroom/sdk';
import type { PluginAdministration, PluginReader, PluginReading } from '@postroom/sdk/services';

export type AcceptablePlugin = PluginReading & { readonly manifest: PluginManifest };

/** Reads it; rejects with `plugin/package`. */
export async function acceptablePlugin(
  folder: string,
  reader: PluginReader,
  { plugins }: Pick<PluginAdministration, 'plugins'>,
): Promise<AcceptablePlugin> {
  const { manifest, ...reading } = await reader.read(folder);
  const { id, problems } = reading;
  if (manifest === undefined || problems.length > 0) {
    throw new PostroomError('plugin/package', `The plugin was not installed.\n${problems.join('\n')}`);
  }
  if (plugins.some((plugin) => plugin.bundled && plugin.id === id)) {
    throw new PostroomError('plugin/package', `${id} is the name of a plugin of Postroom's own; choose another publisher or name.`);
  }
  return { ...reading, manifest };
}
