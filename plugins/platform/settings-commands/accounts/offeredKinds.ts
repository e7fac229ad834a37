// The kinds of account that can be set up now: what the plugins at work contribute, and what each kind needs. Pure.
import type { PluginCatalogue, SettingsDeclarations } from '@postroom/sdk/services';
import { neededProperties, type OfferedKind } from '@postroom/sdk/settings';

/** The product's own kinds come first, and one address for all before a whole domain. */
export function offeredKinds(
  plugins: PluginCatalogue['plugins'],
  schema: Pick<SettingsDeclarations, 'properties'>,
): readonly OfferedKind[] {
  const kinds = new Map<string, OfferedKind>();
  const active = plugins.filter(({ state }) => state === 'active').sort((a, b) => Number(b.bundled) - Number(a.bundled));
  const declared = active.flatMap(({ bundled, manifest }) =>
    (manifest?.contributes?.accountKinds ?? []).map((kind) => ({ ...kind, place: bundled && kind.owns === 'address' ? 0 : 1 })),
  );
  for (const declaration of declared.sort((a, b) => a.place - b.place)) {
    const { kind, title, description, owns } = declaration;
    if (!kinds.has(kind)) kinds.set(kind, { kind, title, description, owns, requires: neededProperties(declaration, schema) });
  }
  return [...kinds.values()];
}
