// Plugins as files, without running them.
import type { PluginManifest } from '../manifest.js';
import { createServiceId } from './createServiceId.js';

/** Reads folders that hold a plugin that is not the product's own. */
export interface PluginReader {
  /** The manifest, checked as at every start. Never rejects: what is wrong stands among the problems. */
  read(folder: string): Promise<PluginReading>;
}
export const PluginReader = createServiceId<PluginReader>('PluginReader');

export interface PluginReading {
  /** `publisher.name`; the folder's name where the manifest does not say. */
  readonly id: string;
  /** `undefined` where it cannot be read. */
  readonly manifest: PluginManifest | undefined;
  /** Whether boot.json trusts it: its code runs inside the host. */
  readonly trusted: boolean;
  /** Sentences; with any the plugin can't be activated. */
  readonly problems: readonly string[];
}
