// What `postroom setup` asks beyond the accounts themselves, as the plugins at work contribute it. Pure.
import type { CommandDeclaration, PluginManifest, PropertySchema, SettingScope, SetupDeclaration } from '@postroom/sdk';
import type { SettingsDeclarations } from '@postroom/sdk/services';

/** A question about a property. */
export interface OfferedQuestion extends Omit<SetupDeclaration, 'property' | 'question' | 'order' | 'demo'> {
  readonly key: string;
  readonly scope: SettingScope;
  readonly schema: PropertySchema;
  readonly question: string;
}

/** A plugin as far as it matters here. */
export interface AskingPlugin {
  readonly id: string;
  readonly bundled: boolean;
  readonly manifest: PluginManifest | undefined;
}

const USUAL_ORDER = 1000;

/** In their order, the product's own first among equals. A plugin asks only for its own properties, secrets aside, and reads answers by its own commands. */
export function offeredQuestions(
  plugins: readonly AskingPlugin[],
  { properties }: Pick<SettingsDeclarations, 'properties'>,
): readonly OfferedQuestion[] {
  return [...plugins]
    .sort((a, b) => Number(b.bundled) - Number(a.bundled))
    .flatMap(({ id, manifest }) => (manifest?.contributes?.setup ?? []).map((each) => ({ id, manifest, each })))
    .sort((a, b) => (a.each.order ?? USUAL_ORDER) - (b.each.order ?? USUAL_ORDER))
    .flatMap(({ id, manifest, each }): OfferedQuestion[] => {
      const { property, question, order: _order, demo: _demo, ...others } = each;
      const declared = properties.get(property);
      if (question === undefined || declared?.owner !== id || declared.schema.secret === true) return [];
      if (others.command !== undefined && !isOwnCommand(others.command, manifest)) return [];
      return [{ ...others, key: property, scope: declared.scope, schema: declared.schema, question }];
    });
}

function isOwnCommand(command: CommandDeclaration['command'], manifest: PluginManifest | undefined): boolean {
  return manifest?.contributes?.commands?.some((each) => each.command === command) === true;
}
