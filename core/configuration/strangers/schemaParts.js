// Where a JSON Schema (draft-07) holds further schemas.
/** Keywords that hold one schema, a list of them, or some by name. `items` may hold one or a list, and `dependencies` names too. */
export const HOLDS_ONE = new Set([
  ...['items', 'additionalItems', 'contains', 'additionalProperties', 'propertyNames', 'if', 'then', 'else', 'not'],
]);
export const HOLDS_LIST = new Set(['allOf', 'anyOf', 'oneOf', 'items']);
export const HOLDS_NAMED = new Set(['properties', 'patternProperties', 'dependencies']);
export function isSchemaGroup(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
//# sourceMappingURL=schemaParts.js.map
