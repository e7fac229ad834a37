// What every text of settings.json is held against: the schema of the installed plugins, the rules, and the limits of the edition.
import type { PluginManifest } from '@postroom/sdk';
import type { SettingsValue } from '@postroom/sdk/settings';
import type { JsonSchema } from '../../schemas/vocabulary.js';
import { mergeSchema, pluginId, type SettingsSchema } from '../schema/schema.js';
import type { LimitCheck } from './limits.js';
import { type LoadedSettings, loadSettings } from './loadSettings.js';
import type { StrangerProperties } from './strangerProperties.js';
import { compileCheck, type SettingsCheck } from './validate.js';

/** Most servers have no strangers' plugins, and start without what these need. */
async function strangerProperties(): Promise<StrangerProperties> {
  const loaded = await import('./strangerProperties.js');
  return new loaded.StrangerProperties();
}

export class SettingsLoader {
  #schema: SettingsSchema = mergeSchema([], () => undefined);
  #check: SettingsCheck = compileCheck(this.#schema);
  #last: { readonly text: string; readonly schema: SettingsSchema; readonly loaded: LoadedSettings } | undefined;
  /** Who is asked whether accounts and users may grow. */
  limitCheck: LimitCheck | undefined;

  /** `node`: this server's name. */
  constructor(private readonly node: string) {}

  /** Another object after every merge(). */
  get schema(): SettingsSchema {
    return this.#schema;
  }

  /** `proven`: their declarations are known to be good; those of others, strangers', are looked at one after the other, and checked within limits. */
  async merge(manifests: readonly PluginManifest[], proven: ReadonlySet<PluginManifest>): Promise<void> {
    const isStranger = (manifest: PluginManifest): boolean => !proven.has(manifest);
    const strangers = manifests.some(isStranger) ? await strangerProperties() : undefined;
    const problemOf = (schema: JsonSchema, owner: PluginManifest | undefined): string | undefined =>
      owner === undefined || proven.has(owner) ? undefined : strangers?.problemOf(schema, pluginId(owner));
    this.#schema = mergeSchema(manifests, problemOf, isStranger);
    this.#check = compileCheck(this.#schema, strangers);
  }

  /** `inForce`: from where accounts and users would grow. */
  load(text: string, inForce: SettingsValue): LoadedSettings {
    const limits = this.limitCheck === undefined ? undefined : { before: inForce, check: this.limitCheck };
    const loaded = loadSettings(text, { node: this.node, schema: this.#schema, check: this.#check, limits });
    this.#last = { text, schema: this.#schema, loaded };
    return loaded;
  }

  /** What a text says, without defaults. Asked after every change: what was loaded for the change holds the answer. */
  written(text: string, inForce: SettingsValue): unknown {
    const last = this.#last;
    return (last?.text === text && last.schema === this.#schema ? last.loaded : this.load(text, inForce)).written;
  }
}
