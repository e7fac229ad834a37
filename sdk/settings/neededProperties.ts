// What an account of a kind must have in the settings. Pure.
import type { AccountKindDeclaration, PropertySchema } from '../manifest.js';
import type { SettingsDeclarations } from '../services/settingsService.js';

export interface NeededProperty {
  readonly key: string;
  readonly schema: PropertySchema;
}

/** Of what the kind requires, that which can stand there: declared properties of accounts that are no secrets. */
export function neededProperties(
  { requires = [] }: AccountKindDeclaration,
  { properties }: Pick<SettingsDeclarations, 'properties'>,
): readonly NeededProperty[] {
  return requires.flatMap((key) => {
    const property = properties.get(key);
    return property?.scope === 'account' && property.schema.secret !== true ? [{ key, schema: property.schema }] : [];
  });
}
