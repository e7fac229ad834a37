// Where a JSON Schema (draft-07) holds further schemas.

/** Keywords that hold one schema, a list of them, or some by name. `items` may hold one or a list, and `dependencies` names too. */
export const HOLDS_ONE: ReadonlySet<string> = new Set([
  ...['items', 'additionalItems', 'contains', 'additionalProperties', 'propertyNames', 'if', 'then', 'else', 'not'],
]);
export const HOLDS_LIST: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'items']);
export const HOLDS_NAMED: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'dependencies']);

export type Schema = Readonly<Record<string, unknown>>;

export function isSchemaGroup(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
