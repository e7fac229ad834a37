// What manifests contribute to the points of other plugins, checked by the points' schemas.
import type { PluginManifest } from '@postroom/sdk';
import { Ajv } from 'ajv';
import { HOST_POINTS } from '../manifests/hostPoints.js';

type Entry = Readonly<Record<string, unknown>>;

/** A plugin that takes part. */
export interface Contributor {
  readonly id: string;
  /** Part of the product. */
  readonly bundled: boolean;
  readonly manifest: PluginManifest | undefined;
}

export interface PointEntry {
  readonly plugin: string;
  readonly value: unknown;
}

export class PointEntries {
  #ajv: Ajv | undefined;

  /** `noteProblem`: what is wrong with a plugin's entries. */
  constructor(private readonly noteProblem: (plugin: string, sentence: string) => void) {}

  /** By point, in the order of the plugins. Those that do not fit, or whose point nobody owns, are left out. */
  of(plugins: readonly Contributor[]): ReadonlyMap<string, readonly PointEntry[]> {
    const points = new Map(plugins.flatMap(({ manifest }) => Object.entries(manifest?.contributionPoints ?? {})));
    const entries = new Map<string, readonly PointEntry[]>();
    for (const plugin of plugins) {
      for (const [point, values] of contributedTo(plugin.manifest)) {
        const schema = points.get(point)?.schema;
        if (schema === undefined) {
          if (!plugin.bundled) this.noteProblem(plugin.id, `${plugin.id} contributes to "${point}", which no active plugin owns.`);
          continue;
        }
        entries.set(point, [...(entries.get(point) ?? []), ...this.#sound(plugin, point, values, schema)]);
      }
    }
    return entries;
  }

  /** The product's own are held against their schemas by a test. */
  #sound(plugin: Contributor, point: string, values: readonly Entry[], schema: Entry): readonly PointEntry[] {
    const sound = plugin.bundled ? values : values.filter((value, index) => this.#fits(plugin, `${point} ${index + 1}`, value, schema));
    return sound.map((value) => ({ plugin: plugin.id, value }));
  }

  #fits({ id }: Contributor, place: string, value: Entry, schema: Entry): boolean {
    // Compiled once for each schema: Ajv knows it again.
    this.#ajv ??= new Ajv({ strict: false, validateSchema: false, code: { optimize: false } });
    const validate = this.#ajv.compile(schema);
    if (validate(value)) return true;
    const [first] = validate.errors ?? [];
    this.noteProblem(
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
