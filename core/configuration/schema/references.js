import { accountEntries, groupOf } from '../layout/layout.js';
/** Every name of a user in an account's properties and in those of its users. */
export function userReferences(account, schema) {
  return referringProperties(account, schema).flatMap(({ path, property, user, value }) =>
    textsIn(property, value, false, path).map((found) => ({ ...found, property, user })),
  );
}
/** The properties of an account that name a user, with `instead` in the user's place; without it the name is taken out where that leaves a value. */
export function rewrittenReferences(account, isNamed, instead, schema) {
  return referringProperties(account, schema)
    .filter(({ property, value, path }) => textsIn(property, value, false, path).some(({ name }) => isNamed(name)))
    .map(({ key, property, user, value }) => ({ key, property, user, value: rewritten(property, value, false, isNamed, instead) }));
}
/** The names of all users, each once. */
export function userNamesIn(settings) {
  return [...new Set(accountEntries(settings).flatMap(({ users }) => users.map(({ name }) => name)))];
}
/** Whether a schema, or one inside it, says that its texts name users. */
export function holdsReferences(schema) {
  return isReference(schema) || partsOf(schema).some(holdsReferences);
}
/** The schema, with names for editors to complete wherever it refers to users. */
export function withUserNames(schema, names) {
  return holdsReferences(schema) ? named(schema, false, names) : schema;
}
/** The property that an argument of `users add` sets. */
export function propertyOf(argument, { properties }) {
  return [...properties].find(([, { scope, schema }]) => scope === 'user' && schema.argument === argument)?.[0];
}
function referringProperties(account, { properties }) {
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
function textsIn(schema, value, isInside, path) {
  const refers = isInside || isReference(schema);
  if (typeof value === 'string') return refers ? [{ path, name: value }] : [];
  if (Array.isArray(value)) return value.flatMap((each, index) => textsIn(groupOf(schema)['items'], each, refers, [...path, index]));
  return Object.entries(groupOf(value)).flatMap(([key, each]) => textsIn(memberSchema(schema, key), each, refers, [...path, key]));
}
function rewritten(schema, value, isInside, isNamed, instead) {
  const refers = isInside || isReference(schema);
  if (typeof value === 'string') return refers && isNamed(value) ? instead : value;
  const inside = (part, each) => rewritten(part, each, refers, isNamed, instead);
  if (Array.isArray(value)) return value.map((each) => inside(groupOf(schema)['items'], each)).filter((each) => each !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, each]) => [key, inside(memberSchema(schema, key), each)]);
  return Object.fromEntries(members.filter(([, each]) => each !== undefined));
}
function named(schema, isInside, names) {
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
function isReference(schema) {
  return groupOf(schema)['refersTo'] === 'user';
}
function partsOf(schema) {
  const { items, additionalProperties, properties } = groupOf(schema);
  return [items, additionalProperties, ...Object.values(groupOf(properties))].filter((each) => typeof each === 'object');
}
function memberSchema(schema, key) {
  const { properties, additionalProperties } = groupOf(schema);
  return groupOf(properties)[key] ?? additionalProperties;
}
//# sourceMappingURL=references.js.map
