// What servers that share their settings have for themselves: the groups under `nodes`, by the names of the servers. Pure.
import { groupOf, type SettingPath, type SettingsValue } from './settingsLayout.js';

/** Where these groups stand in settings.json. */
export const NODES = 'nodes';

export interface NodeEntry {
  readonly name: string;
  readonly path: SettingPath;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A property, as far as it matters here. */
export type NodeProperties = ReadonlyMap<string, { readonly schema: { readonly perNode?: boolean } }>;

/** The servers that the settings name, in the order of the file. */
export function nodeEntries(settings: unknown): readonly NodeEntry[] {
  return Object.entries(groupOf(groupOf(settings)[NODES])).map(([name, values]) => ({
    name,
    path: [NODES, name],
    values: groupOf(values),
  }));
}

/** What the settings say for one server alone; without what may not differ by server. */
export function ownValues(settings: unknown, node: string, properties: NodeProperties): SettingsValue {
  const entry = nodeEntries(settings).find(({ name }) => name === node);
  return Object.fromEntries(Object.entries(entry?.values ?? {}).filter(([key]) => properties.get(key)?.schema.perNode === true));
}

/** The settings as they count on one server: its own values in the place of those for all. The same object where no server has values of its own. */
export function settingsOn(node: string, settings: SettingsValue, properties: NodeProperties): SettingsValue {
  if (settings[NODES] === undefined) return settings;
  const { [NODES]: _, ...forAll } = settings;
  return { ...forAll, ...ownValues(settings, node, properties) };
}
