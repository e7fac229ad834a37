// Errors of plugins that nobody waits for: thrown in a timer or a listener, a promise that was rejected and forgotten. Inside the host they would
// end the process and everybody's mail service with it; whose they are can be told from where they were thrown.
import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Disposable, sentenceOf } from '@postroom/sdk';
import { createServiceId } from '@postroom/sdk/services';
import type { InstalledPlugin } from './discovery.js';
import { PluginHost } from './pluginHost.js';
import { PluginWatch } from './pluginWatch.js';

export interface StrayErrors {
  /** Notes it with the plugin whose code threw it. False: it is no plugin's. */
  note(error: unknown): boolean;
}
export const StrayErrors = createServiceId<StrayErrors>('StrayErrors');

export class DefaultStrayErrors implements StrayErrors {
  constructor(
    @PluginHost private readonly host: PluginHost,
    @PluginWatch private readonly watch: PluginWatch,
  ) {}

  note(error: unknown): boolean {
    const plugin = culpritOf(error instanceof Error ? error.stack : undefined, this.watch.installed);
    if (plugin !== undefined) {
      this.host.noteProblem(plugin, `An error that ${plugin} did not handle: ${sentenceOf(error)}`);
    }
    return plugin !== undefined;
  }
}

/** The plugin of the product whose code stands nearest to where an error was thrown. */
export function culpritOf(
  stack: string | undefined,
  installed: readonly Pick<InstalledPlugin, 'id' | 'folder' | 'bundled'>[],
): string | undefined {
  const inHost = installed
    .filter(({ bundled }) => bundled)
    .map(({ id, folder }) => ({ id, url: `${pathToFileURL(realFolder(folder)).href}/` }));
  for (const frame of (stack ?? '').split('\n').slice(1)) {
    const owner = inHost.find(({ url }) => frame.includes(url));
    if (owner !== undefined) {
      return owner.id;
    }
  }
  return undefined;
}

/** Handles what would end the process. `note` as above; `onOwn`: an error of the server itself, after which nothing can be relied on. */
export function catchStrays(note: StrayErrors['note'], onOwn: (error: unknown) => void): Disposable {
  const caught = (error: unknown): void => {
    if (!note(error)) {
      onOwn(error);
    }
  };
  // Promises that were rejected and forgotten end here as well.
  process.on('uncaughtException', caught);
  return { dispose: () => void process.off('uncaughtException', caught) };
}

/** Node names modules by where they really are. */
function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
