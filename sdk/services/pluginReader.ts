// Plugins as files, without running them.
import type { PluginManifest } from '../manifest.js';
import { createServiceId } from './createServiceId.js';

/** Reads folders that hold a plugin that is not the product's own. */
export interface PluginReader {
  /** The manifest, checked as at every start. Never rejects: what is wrong stands among the problems. */
  read(folder: string): Promise<PluginReading>;
  /**
   * What belongs to the plugin below `folder`, as "files" in its manifest says: relative paths with slashes, sorted. Rejects with `plugin/package` where it
   * holds links or too much, else as reading the manifest does.
   */
  files(folder: string): Promise<readonly string[]>;
  /** Where code among `files` cannot be read, a sentence each: `plugin.js:8:25: Unexpected token '='`. Takes a process for each file. */
  syntaxErrors(folder: string, files: readonly string[]): AsyncIterable<string>;
}
export const PluginReader = createServiceId<PluginReader>('PluginReader');

export interface PluginReading {
  /** `publisher.name`; the folder's name where the manifest does not say. */
  readonly id: string;
  /** `undefined` where it cannot be read. */
  readonly manifest: PluginManifest | undefined;
  /** Sentences; with any the plugin can't be activated. */
  readonly problems: readonly string[];
}
