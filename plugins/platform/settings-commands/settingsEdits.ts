// What commands share when they change settings: properties as people type them.
import { PostroomError, type SettingScope } from '@postroom/sdk';
import { nearest } from '@postroom/sdk/base';
import type { SettingEdit, SettingsDeclarations } from '@postroom/sdk/services';
import { NODES, typedValue } from '@postroom/sdk/settings';

/** `key=value` as edits below `base`, an account or a user; an empty value takes the property out. */
export function assignments(
  base: readonly string[],
  pairs: readonly string[],
  schema: Pick<SettingsDeclarations, 'properties'>,
): readonly SettingEdit[] {
  return pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) {
      throw new PostroomError(
        'command/arguments',
        `"${pair}" is no key=value${exampleOf(base.length === 2 ? 'account' : 'user', schema)}.`,
      );
    }
    const value = pair.slice(at + 1);
    return { path: [...base, pair.slice(0, at)], value: value === '' ? undefined : typedValue(value) };
  });
}

/** The same, of properties that an installed plugin knows. */
export function knownAssignments(base: readonly string[], pairs: readonly string[], schema: SettingsDeclarations): readonly SettingEdit[] {
  return refuseUnknownKeys(schema, assignments(base, pairs, schema));
}

/** A property of that scope as people write it, to go on with a sentence. */
function exampleOf(scope: SettingScope, { properties }: Pick<SettingsDeclarations, 'properties'>): string {
  const shown = [...properties.values()].find((each) => each.scope === scope && each.schema.examples?.[0] !== undefined);
  const example = shown?.schema.examples?.[0];
  return shown === undefined ? '' : `, as in ${shown.key}=${typeof example === 'string' ? example : JSON.stringify(example)}`;
}

/** `key value key value`, as they stand on a command line. */
export function keysAndValues(words: readonly string[]): readonly { readonly key: string; readonly value: unknown }[] {
  if (words.length % 2 === 1) {
    throw new PostroomError('command/arguments', `"${words.at(-1)}" has no value: each property is followed by its own.`);
  }
  return words.flatMap((key, index) => (index % 2 === 0 ? [{ key, value: typedValue(words[index + 1] ?? '') }] : []));
}

/** An undeclared property on a command line is a typing error; in the file it may belong to a plugin that is installed later. */
export function refuseUnknownKeys(schema: SettingsDeclarations, edits: readonly SettingEdit[]): readonly SettingEdit[] {
  for (const { path, value } of edits) {
    const key = String(path.at(-1));
    const isProperty = path.length === 1 || path.length === 3 || path.length === 5;
    if (value === undefined || !isProperty) continue;
    const declared = schema.properties.get(key);
    const isKnown = declared !== undefined || STRUCTURE.includes(key);
    if (isKnown && path[0] === NODES && path.length === 3 && declared?.schema.perNode !== true) {
      throw new PostroomError(
        'settings/invalid',
        `Nothing was changed. "${key}" is the same on all servers: set it without "${NODES}.${String(path[1])}" in front.`,
      );
    }
    if (isKnown) continue;
    const near = nearest(key, [...schema.properties.keys()]);
    throw new PostroomError(
      'settings/unknown-key',
      `Nothing was changed. No installed plugin knows the setting "${key}".${near === undefined ? '' : ` Did you mean "${near}"?`}`,
    );
  }
  return edits;
}

/** Keys that belong to no plugin. */
const STRUCTURE: readonly string[] = ['$schema', 'accounts', NODES, 'kind', 'via', 'address', 'users'];

/** What tells names with dots from what follows them: `users.l.jones.names` is the `names` of `l.jones`. */
export interface NamesInKeys {
  readonly usersOf: (account: string) => readonly string[];
  /** Servers that the settings name. */
  readonly nodes: readonly string[];
  /** Keys that may differ by server. */
  readonly perNode: readonly string[];
}

/** A property's path: `log.level` is one key; below `accounts.` the id, below `users.` the name, and below `nodes.` the server are separate steps. */
export function pathOf(key: string, { usersOf, nodes, perNode }: NamesInKeys = NOTHING_KNOWN): readonly string[] {
  if (key.startsWith(`${NODES}.`)) return [NODES, ...nodePathOf(key.slice(NODES.length + 1), nodes, perNode)];
  const account = /^accounts\.([^.]+)(?:\.(.+))?$/.exec(key);
  if (account === null) {
    return [key];
  }
  const [, id = '', rest] = account;
  if (rest === undefined) {
    return ['accounts', id];
  }
  if (!rest.startsWith('users.')) {
    return ['accounts', id, rest];
  }
  const below = rest.slice('users.'.length);
  const known = usersOf(id).filter((user) => below === user || below.startsWith(`${user}.`));
  const name = known.sort((a, b) => b.length - a.length)[0] ?? newUserIn(below);
  return ['accounts', id, 'users', name, ...(below === name ? [] : [below.slice(name.length + 1)])];
}

const NOTHING_KNOWN: NamesInKeys = { usersOf: () => [], nodes: [], perNode: [] };

/** Servers are often called as their hosts: with dots. */
function nodePathOf(rest: string, nodes: readonly string[], perNode: readonly string[]): readonly string[] {
  const longest = (names: readonly string[]): string | undefined => [...names].sort((a, b) => b.length - a.length)[0];
  const key = longest(perNode.filter((each) => rest.endsWith(`.${each}`)));
  if (key !== undefined) return [rest.slice(0, -key.length - 1), key];
  const name = longest(nodes.filter((each) => rest === each || rest.startsWith(`${each}.`))) ?? /^[^.]+/.exec(rest)?.[0] ?? rest;
  return rest === name ? [name] : [name, rest.slice(name.length + 1)];
}

/** A user who is not there yet: what comes before a property's name, `names`, `aliases`, or a plugin's, which has a dot. */
function newUserIn(below: string): string {
  return /^(.+)\.(?:names|aliases)$/.exec(below)?.[1] ?? /^([^@]+?)(?:\.[a-z][a-z-]*\..+)?$/.exec(below)?.[1] ?? below;
}
