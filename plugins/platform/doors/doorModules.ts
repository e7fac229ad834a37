// Which modules may run in door threads, and where they lie: those that manifests of plugins inside the host name under `contributes.doors`.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type PluginContext, PostroomError } from '@postroom/sdk';
import type { ContributedEntries, PluginCatalogue, PluginSupervision } from '@postroom/sdk/services';

/** The plugin whose module it is: its context. */
export type DoorPlugin = Pick<PluginContext, 'id' | 'folder'>;

interface DoorEntry {
  readonly module: string;
}

export class DoorModules {
  /** `isBundle`: whether the product's own plugins run from few files. */
  constructor(
    private readonly entries: Pick<ContributedEntries, 'of'>,
    private readonly catalogue: PluginCatalogue,
    private readonly isBundle: boolean,
  ) {}

  /** Throws `plugin/not-allowed` where the plugin's manifest does not name the module. */
  urlOf({ id, folder }: DoorPlugin, module: string): string {
    const isNamed = this.entries.of<DoorEntry>('doors').some(({ plugin, value }) => plugin === id && value.module === module);
    if (!isNamed) {
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

  /** A plugin that runs apart from the server gets no thread in it: tells those that want one. */
  refuseIsolated(supervision: Pick<PluginSupervision, 'noteProblem'>): void {
    const inside = new Set(this.catalogue.plugins.filter(({ bundled, trusted }) => bundled || trusted).map(({ id }) => id));
    for (const plugin of new Set(this.entries.of('doors').map(({ plugin }) => plugin))) {
      if (inside.has(plugin)) continue;
      const why =
        'it runs isolated, and door threads are part of the server. It works without them; only a plugin that boot.json trusts may have them';
      supervision.noteProblem(plugin, `${plugin} contributes door modules, which are left out: ${why}.`);
    }
  }
}
