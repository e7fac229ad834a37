// Which modules may run in door threads, and where they lie: those that manifests of plugins inside the host name under `contributes.doors`.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type PluginContext, PostroomError } from '@postroom/sdk';
import type { ContributedEntries, PluginCatalogue, PluginSupervision } from '@postroom/sdk/services';

/** The plugin whose module it is: its context. */
export type DoorPlugin = Pick<PluginContext, 'id' | 'folder' | 'manifest'>;

interface DoorEntry {
  readonly module: string;
}

export class DoorModules {
  /** Isolated plugins that have been told. */
  #told: ReadonlySet<string> = new Set();

  /** `isBundle`: whether the product's own plugins run from few files. */
  constructor(
    private readonly entries: Pick<ContributedEntries, 'of'>,
    private readonly catalogue: PluginCatalogue,
    private readonly isBundle: boolean,
  ) {}

  /** Throws `plugin/not-allowed` where the plugin's manifest does not name the module. */
  urlOf({ id, folder, manifest }: DoorPlugin, module: string): string {
    const named = (manifest.contributes?.['doors'] ?? []) as readonly DoorEntry[];
    if (!named.some((entry) => entry.module === module)) {
      throw new PostroomError(
        'plugin/not-allowed',
        `${id} runs ${module} in door threads: name it in its package.json under contributes.doors.`,
        {
          plugin: id,
        },
      );
    }
    const isOwn = this.catalogue.plugins.some((plugin) => plugin.id === id && plugin.bundled);
    const file = path.join(folder, module);
    return pathToFileURL(this.isBundle && isOwn ? path.join(path.dirname(file), 'bundle', path.basename(file)) : file).href;
  }

  /** A plugin that runs apart from the server gets no thread in it: tells those that want one, once while they are active. */
  refuseIsolated(supervision: Pick<PluginSupervision, 'noteProblem'>): void {
    const inside = new Set(this.catalogue.plugins.filter(({ bundled, trusted }) => bundled || trusted).map(({ id }) => id));
    const contributors = this.entries.of('doors').map(({ plugin }) => plugin);
    const isolated = new Set(contributors.filter((plugin) => !inside.has(plugin)));
    const untold = [...isolated].filter((plugin) => !this.#told.has(plugin));
    // Before they are told: that is a change as well.
    this.#told = isolated;
    for (const plugin of untold) {
      const why =
        'it runs isolated, and door threads are part of the server. It works without them; only a plugin that boot.json trusts may have them';
      supervision.noteProblem(plugin, `${plugin} contributes door modules, which are left out: ${why}.`);
    }
  }
}
