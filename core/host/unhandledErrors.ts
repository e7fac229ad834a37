// Unhandled errors of plugins: thrown in a timer or a listener, a promise that was rejected and forgotten. Inside the host they would end the process,
// and the mail service with it; whose they are can be told from where they were thrown.
import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';
import { type Disposable, sentenceOf } from '@postroom/sdk';
import { Clock, Events, Log } from '@postroom/sdk/services';
import { type InstalledPlugin, runsInHost } from './discovery.js';
import { PluginHost } from './pluginHost.js';
import { ThrownValues } from './thrownValues.js';

export class UnhandledErrors {
  readonly #nameless = new ThrownValues();

  constructor(
    @PluginHost private readonly host: PluginHost,
    @Events private readonly events: Events,
    @Clock private readonly clock: Clock,
    @Log private readonly log: Log,
  ) {}

  /** Sentences about what could not be put down to one plugin. */
  get problems(): readonly string[] {
    return this.#nameless.problems(this.clock.monotonic());
  }

  /** Notes it with the plugin whose code threw it, or with all that may have where its stack does not tell. False: it is no plugin's. */
  note(error: unknown): boolean {
    if (!isError(error)) {
      this.#noteNameless(error);
      return true;
    }
    const plugin = culpritOf(error.stack, this.host.plugins);
    if (plugin !== undefined) {
      this.host.noteProblem(plugin, `An error that ${plugin} did not handle: ${sentenceOf(error)}`);
    }
    return plugin !== undefined;
  }

  #noteNameless(value: unknown): void {
    const inHost = this.host.plugins.filter(
      ({ bundled, trusted, state, manifest }) => (bundled || trusted) && state !== 'disabled' && manifest?.main !== undefined,
    );
    const suspects = inHost.map(({ id }) => id);
    const sentence = this.#nameless.add(value, suspects, this.clock.monotonic());
    if (sentence !== undefined) {
      this.log.error(sentence, { suspects });
      this.events.emit({ type: 'problem', source: 'plugins', sentence });
    }
  }
}

/** Also of another realm, as of node:vm. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** The plugin of the product whose code stands nearest to where an error was thrown. */
export function culpritOf(
  stack: string | undefined,
  installed: readonly Pick<InstalledPlugin, 'id' | 'folder' | 'bundled' | 'trusted'>[],
): string | undefined {
  // A pack may be the folder of further plugins: the longest fits best.
  const inHost = installed
    .filter(runsInHost)
    .map(({ id, folder }) => ({ id, url: `${pathToFileURL(realFolder(folder)).href}/` }))
    .sort((one, other) => other.url.length - one.url.length);
  // An error may have any value there.
  for (const frame of typeof stack === 'string' ? stack.split('\n').slice(1) : []) {
    const owner = inHost.find(({ url }) => frame.includes(url));
    if (owner !== undefined) {
      return owner.id;
    }
  }
  return undefined;
}

/** Handles what would end the process. `note` as above; `onOwn`: an error of the server itself, after which nothing can be relied on. */
export function catchUnhandled(note: (error: unknown) => boolean, onOwn: (error: unknown) => void): Disposable {
  const caught = (error: unknown): void => {
    if (!note(error)) {
      onOwn(error);
    }
  };
  process.on('uncaughtException', caught);
  // Node would hand what a promise was rejected with to the former, but wrapped into an error where it is none.
  process.on('unhandledRejection', caught);
  return {
    dispose: () => {
      process.off('uncaughtException', caught);
      process.off('unhandledRejection', caught);
    },
  };
}

/** Node names modules by where they really are. */
function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
