// Whose code it was: for plugins that watch over the server, and for errors that nobody handled.
import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { PluginSupervision } from '@postroom/sdk/services';
import { inject } from '../../base/inject.js';
import { schemaOwner } from '../../schemas/schemaWork.js';
import { runsInHost } from '../manifests/discovery.js';
import { PluginLifecycle } from '../pluginLifecycle.js';
import { PluginRecords } from '../pluginRecords.js';
import { PluginFailures } from './pluginFailures.js';

export class HostSupervision implements PluginSupervision {
  constructor(
    @inject(PluginRecords) private readonly records: PluginRecords,
    @inject(PluginLifecycle) private readonly lifecycle: PluginLifecycle,
    @inject(PluginFailures) private readonly failures: PluginFailures,
  ) {}

  culprit(stack: string): string | undefined {
    // Code that was made of a schema stands in no plugin's file.
    const owner = schemaOwner();
    if (owner !== undefined) return owner;
    // A pack may be the folder of further plugins: the longest fits best.
    const inHost = this.records.all
      .flatMap(({ installed }) => (runsInHost(installed) ? [installed] : []))
      .map(({ id, folder }) => ({ id, url: `${pathToFileURL(realFolder(folder)).href}/` }))
      .sort((one, other) => other.url.length - one.url.length);
    for (const frame of stack.split('\n').slice(1)) {
      const nearest = inHost.find(({ url }) => frame.includes(url));
      if (nearest !== undefined) return nearest.id;
    }
    return undefined;
  }

  withhold(plugin: string, why: string): void {
    this.lifecycle.withhold(plugin, why);
  }

  noteProblem(plugin: string, sentence: string): void {
    this.failures.noteProblem(plugin, sentence);
  }
}

/** Node names modules by where they really are. */
function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
