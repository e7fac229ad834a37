// The schema of the settings as editors complete by it: with the names of users and servers that the settings hold.
import { groupOf, NODES, nodeEntries, type SettingsValue, userNamesIn, withUserNames } from '@postroom/sdk/settings';
import type { JsonSchema } from '../../schemas/vocabulary.js';

/** Each name once: two schemas are the same where these are. */
export interface CompletedNames {
  readonly users: readonly string[];
  readonly nodes: readonly string[];
}

/** `node`: this server, which may not be named yet. */
export function completedNames(shared: SettingsValue, node: string): CompletedNames {
  return { users: userNamesIn(shared), nodes: [...new Set([node, ...nodeEntries(shared).map(({ name }) => name)])] };
}

export function completedSchema(schema: JsonSchema, { users, nodes }: CompletedNames): JsonSchema {
  const properties = groupOf(schema['properties']);
  const forNodes = groupOf(properties[NODES]);
  const named = Object.fromEntries(nodes.map((name) => [name, forNodes['additionalProperties']]));
  return withUserNames({ ...schema, properties: { ...properties, [NODES]: { ...forNodes, properties: named } } }, users);
}
