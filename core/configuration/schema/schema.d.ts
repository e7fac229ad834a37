import type { AccountKindDeclaration, CollectorDeclaration, PluginManifest, PropertySchema, SettingScope } from '@postroom/sdk';
import { type Editions } from './editions.js';
export type JsonSchema = Readonly<Record<string, unknown>>;
/** A property with its owner. */
export interface DeclaredProperty {
  readonly key: string;
  readonly scope: SettingScope;
  /** `publisher.name`, or `postroom` for the core's own. */
  readonly owner: string;
  /** As everybody may see it and compile it: a stranger's has lost its patterns. */
  readonly schema: PropertySchema;
  /** A stranger's own words, by which the server checks values: only within limits. `undefined`: `schema` says it all. */
  readonly whole?: PropertySchema;
  /** Another stranger's plugin declares it too: which one comes first is chance. */
  readonly isContested?: true;
  /** Its value holds names of users. */
  readonly refersToUsers?: true;
}
/** Everything that may stand in settings.json. */
export interface SettingsSchema {
  /** Secret ones too, which the JSON Schema leaves out. By key. */
  readonly properties: ReadonlyMap<string, DeclaredProperty>;
  readonly kinds: readonly AccountKindDeclaration[];
  /** Each with the keys of its properties. */
  readonly collectors: readonly CollectorDeclaration[];
  /** Ids of the installed plugins. */
  readonly plugins: readonly string[];
  /** Those of them that grant licences, with the limits that they declare. */
  readonly editions: Editions;
  /** Draft-07. */
  readonly json: JsonSchema;
  /** Declarations that were left out, a sentence each: for the log, since the person at settings.json can't mend them. */
  readonly conflicts: readonly string[];
}
/** Keywords beyond draft-07 that declarations may use: Postroom's own and those of VS Code. */
export declare const VOCABULARY: readonly string[];
export declare function pluginId(manifest: Pick<PluginManifest, 'publisher' | 'name'>): string;
/** What is wrong with a declaration. `owner`: `undefined` for the core's own. */
export type DeclarationCheck = (schema: JsonSchema, owner: PluginManifest | undefined) => string | undefined;
/**
 * Merges the core's properties with those of the manifests. Of two declarations of one key the first counts. `isStranger`: the schemas of this
 * manifest are checked by themselves, within limits.
 */
export declare function mergeSchema(
  manifests: readonly PluginManifest[],
  problemOf: DeclarationCheck,
  isStranger?: (manifest: PluginManifest) => boolean,
): SettingsSchema;
/** Whether a setting is surely the plugin's, whatever its manifest declares: what it keeps there it may read, and takes along when it is removed. */
export declare function isOwn({ properties }: Pick<SettingsSchema, 'properties'>, plugin: string, key: string): boolean;
