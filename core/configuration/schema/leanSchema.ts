// A reduced schema of settings.json: full rules for the keys that a text uses, only defaults for the others. Compiles faster.
import { NODES, nodeEntries } from '@postroom/sdk/settings';
import type { JsonSchema } from '../../schemas/vocabulary.js';
import type { SettingsSchema } from './schema.js';

type Properties = Readonly<Record<string, JsonSchema>>;

/** The properties that a text names, at the top, in accounts, in users and for single servers, known or not. */
export function usedKeys(value: unknown): ReadonlySet<string> {
  const top = membersOf(value);
  const accounts = Object.values(membersOf(top['accounts'])).map(membersOf);
  const users = accounts.flatMap((account) => Object.values(membersOf(account['users'])).map(membersOf));
  const nodes = nodeEntries(value).map(({ values }) => values);
  return new Set([top, ...accounts, ...users, ...nodes].flatMap((each) => Object.keys(each)));
}

/** Says of a text that names declared properties among `used` only what the whole schema would say. */
export function leanSchema({ json, properties }: SettingsSchema, used: ReadonlySet<string>): JsonSchema {
  const lean = (key: string, schema: JsonSchema): JsonSchema => {
    if (key === 'accounts' || key === 'users' || key === NODES)
      return { ...schema, additionalProperties: leanObject(schema['additionalProperties'] as JsonSchema) };
    // A stranger's is checked apart, with the parts of its default filled in. Of others, parts of a default may have defaults in turn.
    const isStrangers = properties.get(key)?.whole !== undefined;
    if (!isStrangers && (!properties.has(key) || used.has(key) || typeof schema['default'] === 'object')) return schema;
    return 'default' in schema ? { default: schema['default'] } : {};
  };
  const leanObject = (schema: JsonSchema): JsonSchema => {
    const entries = Object.entries(schema['properties'] as Properties);
    return { ...schema, properties: Object.fromEntries(entries.map(([key, each]) => [key, lean(key, each)])) };
  };
  return leanObject(json);
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}
