// Packed plugins on their way to the plugins' folder: unpacked beside it, and gone again where they do not come to stay.
import { rm } from 'node:fs/promises';
import { demandRoom, isNoRoom, noRoom } from '@postroom/sdk/base';
import type { PluginAdministration } from '@postroom/sdk/services';
import { unpackPlugin } from './pluginArchive.js';

/** So many times as large as packed are programs and texts, about. */
const UNPACKED = 4;

interface Place {
  readonly plugins: Pick<PluginAdministration, 'newFolder'>;
  /** The plugins' folder. */
  readonly folder: string;
  /** What to do where there is no room. */
  readonly remedy: string;
}

/** Calls `work` with a folder that has the plugin's files. Rejects with `store/full` where there is no room. */
export async function withUnpacked<T>(
  octets: Uint8Array,
  { plugins, folder: place, remedy }: Place,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const inWords = (error: unknown): never => {
    throw isNoRoom(error) ? noRoom(place, 'the plugin does not fit', remedy, error) : error;
  };
  // What it needs beside its files, its storage and its place in the settings, must fit as well.
  await demandRoom(place, octets.length * UNPACKED, 'the plugin', remedy);
  const incoming = await plugins.newFolder().catch(inWords);
  try {
    await unpackPlugin(octets, incoming).catch(inWords);
    return await work(incoming);
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}
