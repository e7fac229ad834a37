// Plugins as one file, to be given to others and to be installed.
import { createServiceId } from './createServiceId.js';

export interface PluginPacker {
  /** Packs a folder. Rejects with `plugin/manifest` and every problem where it could not be installed. */
  pack(folder: string, options?: PackOptions): Promise<Uint8Array>;
}
export const PluginPacker = createServiceId<PluginPacker>('PluginPacker');

export interface PackOptions {
  /** Whether the syntax of the code is checked, which takes a process for each file. Default: it is. */
  readonly readsCode?: boolean;
}
