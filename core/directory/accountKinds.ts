// The kinds of account that can be set up now: what the plugins at work contribute, and what each kind needs. Pure.
import type { AccountKindDeclaration, PropertySchema } from '@postroom/sdk';
import type { PluginCatalogue } from '@postroom/sdk/services';
import type { SettingsSchema } from '../configuration/schema.js';

export interface OfferedKind {
  /** Value of `kind` in settings.json. */
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  readonly owns: AccountKindDeclaration['owns'];
  /** Properties of the account that whoever sets one up is asked for. */
  readonly requires: readonly NeededProperty[];
}

export interface NeededProperty {
  readonly key: string;
  readonly schema: PropertySchema;
}

/** The product's own kinds come first, and one address for all before a whole domain. */
export function offeredKinds(
  plugins: PluginCatalogue['plugins'],
  { properties }: Pick<SettingsSchema, 'properties'>,
): readonly OfferedKind[] {
  const kinds = new Map<string, OfferedKind>();
  const active = plugins.filter(({ state }) => state === 'active').sort((a, b) => Number(b.bundled) - Number(a.bundled));
  const declared = active.flatMap(({ bundled, manifest }) =>
    (manifest?.contributes?.accountKinds ?? []).map((kind) => ({ ...kind, place: bundled && kind.owns === 'address' ? 0 : 1 })),
  );
  for (const { kind, title, description, owns, requires = [] } of declared.sort((a, b) => a.place - b.place)) {
    if (kinds.has(kind)) continue;
    const needed = requires.flatMap((key) => {
      const property = properties.get(key);
      return property?.scope === 'account' && property.schema.secret !== true ? [{ key, schema: property.schema }] : [];
    });
    kinds.set(kind, { kind, title, description, owns, requires: needed });
  }
  return [...kinds.values()];
}
