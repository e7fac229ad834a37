// What plugins that watch over the server know of the others.
import type { PluginSupervision } from '@postroom/sdk/services';
import { schemaOwner } from '../configuration/strangers/schemaWork.js';
import { PluginHost } from './pluginHost.js';
import { culpritOf } from './unhandledErrors.js';

export class HostSupervision implements PluginSupervision {
  constructor(@PluginHost private readonly host: PluginHost) {}

  culprit(stack: string): string | undefined {
    // Code that was made of a schema stands in no plugin's file.
    return schemaOwner() ?? culpritOf(stack, this.host.plugins);
  }

  withhold(plugin: string, why: string): void {
    this.host.withhold(plugin, why);
  }

  noteProblem(plugin: string, sentence: string): void {
    this.host.noteProblem(plugin, sentence);
  }
}
