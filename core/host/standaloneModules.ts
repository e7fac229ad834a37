// Modules of the product's plugins that work without a server: for the command line, and for authors' tests.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { PostroomError } from '@postroom/sdk';
import type { PackOptions, StandaloneHandler, StandaloneModule } from '@postroom/sdk/services';
import { bundledModule } from '../base/places.js';
import { declaredCommands } from './declared.js';
import type { InstalledPlugin } from './discovery.js';
import { pluginReader } from './pluginReader.js';

/** Nothing is imported before it is used. */
export class StandaloneModules {
  readonly #plugins: readonly InstalledPlugin[];
  readonly #reader = pluginReader();

  constructor(installed: readonly InstalledPlugin[]) {
    this.#plugins = installed.filter(({ bundled, manifest }) => bundled && manifest?.standalone !== undefined);
  }

  /** The handler of a command that works without a server; `undefined` for others. */
  async handlerOf(command: string): Promise<StandaloneHandler | undefined> {
    const isDeclared = (plugin: InstalledPlugin): boolean =>
      declaredCommands(plugin).some((each) => each.command === command && each.standalone === true);
    const owner = this.#plugins.find(isDeclared);
    return owner === undefined ? undefined : (await load(owner)).standaloneCommands(this.#reader)[command];
  }

  /** As StandaloneModule's, of the first plugin that can. */
  async packPlugin(folder: string, options?: PackOptions): Promise<Uint8Array> {
    for (const plugin of this.#plugins) {
      const { packPlugin } = await load(plugin);
      if (packPlugin !== undefined) return packPlugin(this.#reader, folder, options);
    }
    throw new PostroomError('plugin/package', `No plugin of this server packs ${folder}. Give the file that "postroom plugins pack" made.`);
  }
}

async function load({ folder, manifest }: InstalledPlugin): Promise<StandaloneModule> {
  const module = bundledModule(path.join(folder, manifest?.standalone ?? ''));
  return (await import(pathToFileURL(module).href)) as StandaloneModule;
}
