// Packed plugins on their way to the plugins' folder: unpacked beside it, and gone again where they do not come to stay.
import { rm } from 'node:fs/promises';
import { demandRoom, isNoRoom, noRoom } from '@postroom/sdk/base';
import type { PluginAdministration } from '@postroom/sdk/services';
import { unpackPlugin } from './pluginArchive.js';

const NOTHING_INSTALLED = 'Nothing was installed, and a former version goes on. Make room there, and add it again.';
/** So many times as large as packed are programs and texts, about. */
const UNPACKED = 4;

/** Calls `work` with a folder that has the plugin's files. `place`: the plugins' folder. Rejects with `store/full` where there is no room. */
export async function withUnpacked<T>(
  octets: Uint8Array,
  plugins: Pick<PluginAdministration, 'newFolder'>,
  place: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const inWords = (error: unknown): never => {
    throw isNoRoom(error) ? noRoom(place, 'the plugin does not fit', NOTHING_INSTALLED, error) : error;
  };
  // What it needs beside its files, its storage and its place in the settings, must fit as well.
  await demandRoom(place, octets.length * UNPACKED, 'the plugin', NOTHING_INSTALLED);
  const incoming = await plugins.newFolder().catch(inWords);
  try {
    await unpackPlugin(octets, incoming).catch(inWords);
    return await work(incoming);
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}
