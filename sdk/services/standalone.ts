// Commands of the product's plugins that need neither a server nor a data folder.
import type { PluginReader } from './pluginReader.js';

/** The module that a manifest names as `standalone`. The command line imports it; nothing else of the plugin runs then. */
export interface StandaloneModule {
  /** Handlers of the commands that the manifest declares with `"standalone": true`, by name. */
  readonly standaloneCommands: (reader: PluginReader) => Readonly<Record<string, StandaloneHandler>>;
  /**
   * For arguments that say `"plugin": true`: the folder of a plugin as one file. Rejects with `plugin/manifest` and every problem where it could not be
   * installed.
   */
  readonly packPlugin?: (reader: PluginReader, folder: string, options?: PackOptions) => Promise<Uint8Array>;
}

export interface PackOptions {
  /** Whether the syntax of the code is checked, which takes a process for each file. Default: it is. */
  readonly readsCode?: boolean;
}

/** Gets arguments as the command line has them; answers plain data. */
export type StandaloneHandler = (args: never) => Promise<unknown>;
