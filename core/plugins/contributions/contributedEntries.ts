// What the manifests of active plugins contribute to the points of other plugins.
import type { Disposable } from '@postroom/sdk';
import type { ContributedEntries } from '@postroom/sdk/services';
import { inject } from '../../base/inject.js';
import { PluginFailures } from '../failures/pluginFailures.js';
import { PluginHost } from '../pluginHost.js';
import { PointEntries, type PointEntry } from './pointEntries.js';

export class ManifestEntries implements ContributedEntries {
  readonly #entries: PointEntries;
  /** By point, for the plugins that were active last. */
  #known: ReadonlyMap<string, readonly PointEntry[]> | undefined;

  constructor(
    @inject(PluginHost) private readonly host: PluginHost,
    @inject(PluginFailures) failures: PluginFailures,
  ) {
    this.#entries = new PointEntries((plugin, sentence) => failures.noteProblem(plugin, sentence));
    host.onDidChange(() => {
      this.#known = undefined;
    });
  }

  of<T>(point: string): readonly { readonly plugin: string; readonly value: T }[] {
    this.#known ??= this.#entries.of(this.host.plugins.filter(({ state }) => state === 'active'));
    return (this.#known.get(point) ?? []) as readonly { readonly plugin: string; readonly value: T }[];
  }

  onDidChange(listener: () => void): Disposable {
    return this.host.onDidChange(listener);
  }
}
