// What the manifests of active plugins contribute to the points of other plugins, checked by the points' schemas.
import type { Disposable, PluginManifest } from '@postroom/sdk';
import type { ContributedEntries, PluginStatus } from '@postroom/sdk/services';
import { Ajv } from 'ajv';
import { inject } from '../base/inject.js';
import { HOST_POINTS } from './hostPoints.js';
import { PluginFailures } from './pluginFailures.js';
import { PluginHost } from './pluginHost.js';

type Entry = Readonly<Record<string, unknown>>;

export class ManifestEntries implements ContributedEntries {
  /** By point, for the plugins that were active last. */
  #known: ReadonlyMap<string, readonly { readonly plugin: string; readonly value: unknown }[]> | undefined;

  #ajv: Ajv | undefined;

  constructor(
    @inject(PluginHost) private readonly host: PluginHost,
    @inject(PluginFailures) private readonly failures: PluginFailures,
  ) {
    host.onDidChange(() => {
      this.#known = undefined;
    });
  }

  of<T>(point: string): readonly { readonly plugin: string; readonly value: T }[] {
    this.#known ??= this.#collect();
    return (this.#known.get(point) ?? []) as readonly { readonly plugin: string; readonly value: T }[];
  }

  onDidChange(listener: () => void): Disposable {
    return this.host.onDidChange(listener);
  }

  #collect(): ReadonlyMap<string, readonly { readonly plugin: string; readonly value: unknown }[]> {
    const active = this.host.plugins.filter(({ state }) => state === 'active');
    const points = new Map(active.flatMap(({ manifest }) => Object.entries(manifest?.contributionPoints ?? {})));
    const entries = new Map<string, { readonly plugin: string; readonly value: unknown }[]>();
    for (const plugin of active) {
      for (const [point, values] of contributedTo(plugin.manifest)) {
        const schema = points.get(point)?.schema;
        if (schema === undefined) {
          if (!plugin.bundled) this.failures.noteProblem(plugin.id, `${plugin.id} contributes to "${point}", which no active plugin owns.`);
          continue;
        }
        entries.set(point, [...(entries.get(point) ?? []), ...this.#sound(plugin, point, values, schema)]);
      }
    }
    return entries;
  }

  /** The product's own are held against their schemas by a test. */
  #sound(
    plugin: PluginStatus,
    point: string,
    values: readonly Entry[],
    schema: Entry,
  ): { readonly plugin: string; readonly value: unknown }[] {
    const sound = plugin.bundled ? values : values.filter((value, index) => this.#fits(plugin, `${point} ${index + 1}`, value, schema));
    return sound.map((value) => ({ plugin: plugin.id, value }));
  }

  #fits({ id }: PluginStatus, place: string, value: Entry, schema: Entry): boolean {
    // Compiled once for each schema: Ajv knows it again.
    this.#ajv ??= new Ajv({ strict: false, validateSchema: false, code: { optimize: false } });
    const validate = this.#ajv.compile(schema);
    if (validate(value)) return true;
    const [first] = validate.errors ?? [];
    this.failures.noteProblem(
      id,
      `${id} contributes an entry that is left out (${place}): ${first?.instancePath ?? ''} ${first?.message ?? 'it is wrong'}.`,
    );
    return false;
  }
}

function contributedTo(manifest: PluginManifest | undefined): readonly (readonly [string, readonly Entry[]])[] {
  return Object.entries(manifest?.contributes ?? {}).filter(
    (each): each is [string, readonly Entry[]] => !HOST_POINTS.includes(each[0]) && Array.isArray(each[1]),
  );
}
