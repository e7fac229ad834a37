// Which changes decide how servers are reached, and by whom: at the top of the settings for all servers, or under `nodes` for one. Pure.
import { isDeepStrictEqual } from 'node:util';
import type { SettingsDeclarations } from '@postroom/sdk/services';
import { groupOf, NODES, nodeEntries, type SettingsValue } from '@postroom/sdk/settings';

/** Where a property stands: `['pop3.listen']`, or `['nodes', 'front-1', 'pop3.listen']`. */
export type RiskyPath = readonly string[];

/** Paths of risky properties whose value differs between two versions as all servers share them. */
export function riskyChanges(
  { properties }: Pick<SettingsDeclarations, 'properties'>,
  before: SettingsValue,
  after: SettingsValue,
): readonly RiskyPath[] {
  const risky = [...properties.values()].filter(({ scope, schema }) => scope === 'server' && schema.risky === true);
  const nodes = new Set([...nodeEntries(before), ...nodeEntries(after)].map(({ name }) => name));
  const own = risky.filter(({ schema }) => schema.perNode === true).flatMap(({ key }) => [...nodes].map((node) => [NODES, node, key]));
  const paths = [...risky.map(({ key }) => [key]), ...own.filter((path) => isSaid(before, path) || isSaid(after, path))];
  return paths.filter((path) => !isDeepStrictEqual(valueAt(before, path), valueAt(after, path)));
}

/** What counts at a path: on a server that says nothing for itself the value for all. */
export function valueAt(shared: SettingsValue, path: RiskyPath): unknown {
  const [group, node = '', key = ''] = path;
  if (path.length === 1) return shared[group ?? ''];
  return isSaid(shared, path) ? ownOf(shared, node)[key] : shared[key];
}

export function isSamePath(one: RiskyPath, other: RiskyPath): boolean {
  return one.join('/') === other.join('/');
}

function isSaid(shared: SettingsValue, [, node = '', key = '']: RiskyPath): boolean {
  return Object.hasOwn(ownOf(shared, node), key);
}

function ownOf(shared: SettingsValue, node: string): Readonly<Record<string, unknown>> {
  return groupOf(groupOf(shared[NODES])[node]);
}
