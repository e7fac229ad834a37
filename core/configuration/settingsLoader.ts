// What every text of settings.json is held against: the schema of the installed plugins, the rules, and the limits of the edition.
import type { PluginManifest } from '@postroom/sdk';
import type { LimitCheck } from './limits.js';
import { type LoadedSettings, loadSettings, type SettingsValue } from './loadSettings.js';
import { mergeSchema, type SettingsSchema } from './schema.js';
import { checkOfGood, compileCheck, type SettingsCheck, schemaProblem } from './validate.js';

export class SettingsLoader {
  #schema: SettingsSchema = mergeSchema([], accepted);
  /** Made at its first use: compiling takes far longer than merging. */
  #check: SettingsCheck | undefined;
  #last: { readonly text: string; readonly schema: SettingsSchema; readonly loaded: LoadedSettings } | undefined;
  /** Who is asked whether accounts and users may grow. */
  limitCheck: LimitCheck | undefined;

  /** Another object after every merge(). */
  get schema(): SettingsSchema {
    return this.#schema;
  }

  merge(manifests: readonly PluginManifest[]): void {
    // As a rule every declaration is good, and compiling them together, which is to be done anyway, shows it. If not, one after the other is looked at.
    this.#schema = mergeSchema(manifests, accepted);
    this.#check = checkOfGood(this.#schema);
    if (this.#check === undefined) this.#schema = mergeSchema(manifests, schemaProblem);
  }

  /** `inForce`: from where accounts and users would grow. */
  load(text: string, inForce: SettingsValue): LoadedSettings {
    const limits = this.limitCheck === undefined ? undefined : { before: inForce, check: this.limitCheck };
    this.#check ??= compileCheck(this.#schema);
    const loaded = loadSettings(text, { schema: this.#schema, check: this.#check, limits });
    this.#last = { text, schema: this.#schema, loaded };
    return loaded;
  }

  /** What a text says, without defaults. Asked after every change: what was loaded for the change holds the answer. */
  written(text: string, inForce: SettingsValue): unknown {
    const last = this.#last;
    return (last?.text === text && last.schema === this.#schema ? last.loaded : this.load(text, inForce)).written;
  }
}

const accepted = (): undefined => undefined;
