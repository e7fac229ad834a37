// Names of users in properties of plugins (`refersTo`): where they stand, and how editors complete them. Pure.
import type { PropertySchema, SettingScope } from '../manifest.js';
import { type AccountEntry, accountEntries, groupOf, type SettingPath, type UserEntry } from './settingsLayout.js';

/** A name of a user in the settings. */
export interface UserReference {
  readonly path: SettingPath;
  readonly name: string;
  readonly property: PropertySchema;
  /** Whose property it is; `undefined` for one of the account. */
  readonly user: UserEntry | undefined;
}

/** The declared properties, by key. */
interface Declared {
  readonly properties: ReadonlyMap<
    string,
    { readonly scope: SettingScope; readonly schema: PropertySchema; readonly refersToUsers?: true }
  >;
}

/** Every name of a user in an account's properties and in those of its users. */
export function userReferences(account: AccountEntry, schema: Declared): readonly UserReference[] {
  return referringProperties(account, schema).flatMap(({ path, property, user, value }) =>
    textsIn(property, value, false, path).map((found) => ({ ...found, property, user })),
  );
}

/** The names of all users, each once. */
export function userNamesIn(settings: unknown): readonly string[] {
  return [...new Set(accountEntries(settings).flatMap(({ users }) => users.map(({ name }) => name)))];
}

/** Whether a schema, or one inside it, says that its texts name users. */
export function holdsReferences(schema: unknown): boolean {
  return isReference(schema) || partsOf(schema).some(holdsReferences);
}

/** The schema, with names for editors to complete wherever it refers to users. */
export function withUserNames<S>(schema: S, names: readonly string[]): S {
  return holdsReferences(schema) ? (named(schema, false, names) as S) : schema;
}

/** The property that an argument of `users add` sets. */
export function propertyOf(argument: NonNullable<PropertySchema['argument']>, { properties }: Declared): string | undefined {
  return [...properties].find(([, { scope, schema }]) => scope === 'user' && schema.argument === argument)?.[0];
}

interface Referring {
  readonly key: string;
  readonly path: SettingPath;
  readonly property: PropertySchema;
  readonly user: UserEntry | undefined;
  readonly value: unknown;
}

function referringProperties(account: AccountEntry, { properties }: Declared): readonly Referring[] {
  const entries = [
    { scope: 'account', path: account.path, values: account.values, user: undefined },
    ...account.users.map((user) => ({ scope: 'user', path: user.path, values: user.values, user })),
  ];
  return entries.flatMap(({ scope, path, values, user }) =>
    Object.entries(values).flatMap(([key, value]) => {
      const declared = properties.get(key);
      if (declared?.scope !== scope || declared.refersToUsers !== true) return [];
      return [{ key, path: [...path, key], property: declared.schema, user, value }];
    }),
  );
}

/** What a schema says of itself holds for all that is inside. */
function textsIn(schema: unknown, value: unknown, isInside: boolean, path: SettingPath): readonly { path: SettingPath; name: string }[] {
  const refers = isInside || isReference(schema);
  if (typeof value === 'string') return refers ? [{ path, name: value }] : [];
  if (Array.isArray(value)) return value.flatMap((each, index) => textsIn(groupOf(schema)['items'], each, refers, [...path, index]));
  return Object.entries(groupOf(value)).flatMap(([key, each]) => textsIn(memberSchema(schema, key), each, refers, [...path, key]));
}

function named(schema: unknown, isInside: boolean, names: readonly string[]): unknown {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return schema;
  const refers = isInside || isReference(schema);
  const entries = Object.entries(schema).map(([keyword, part]) => {
    if (keyword === 'properties')
      return [keyword, Object.fromEntries(Object.entries(groupOf(part)).map(([key, each]) => [key, named(each, refers, names)]))];
    return [keyword, keyword === 'items' || keyword === 'additionalProperties' ? named(part, refers, names) : part];
  });
  const isText = refers && groupOf(schema)['type'] === 'string';
  return { ...Object.fromEntries(entries), ...(isText && { examples: names }) };
}

function isReference(schema: unknown): boolean {
  return groupOf(schema)['refersTo'] === 'user';
}

function partsOf(schema: unknown): readonly unknown[] {
  const { items, additionalProperties, properties } = groupOf(schema);
  return [items, additionalProperties, ...Object.values(groupOf(properties))].filter((each) => typeof each === 'object');
}

function memberSchema(schema: unknown, key: string): unknown {
  const { properties, additionalProperties } = groupOf(schema);
  return groupOf(properties)[key] ?? additionalProperties;
}
