// Which plugins run, and in which order they become active. Pure: from manifests and the settings' two lists.
import type { InstalledPlugin } from './discovery.js';

/** What should run. */
export interface Enablement {
  /** In order of activation: dependencies first, then by id. */
  readonly order: readonly InstalledPlugin[];
  /** Sentences by plugin id, for those that were asked for and can't be activated. */
  readonly refused: ReadonlyMap<string, readonly string[]>;
  /** Installed ids that the settings ask for, whether or not they can run; what was switched off by name is not among them. */
  readonly wanted: ReadonlySet<string>;
  /** The same with ids that are not installed, each with the entry of `plugins.enabled` that brings it: itself or a pack. */
  readonly asked: ReadonlyMap<string, string>;
  /** Enabled ids that are not installed. */
  readonly unknown: readonly string[];
  /** Asked for, and nobody can tell what they would do and bring along: not installed, or without a manifest that can be read. */
  readonly unreadable: ReadonlySet<string>;
}

/** `plugins.enabled` and `plugins.disabled`. */
export interface PluginLists {
  readonly enabled: readonly string[];
  readonly disabled: readonly string[];
}

/**
 * The lists once a plugin is switched on or off; a plugin that a pack brings along is neither listed as enabled, nor off before it is listed as
 * disabled. There is one edition only: one that is switched on takes the place of the one that was.
 */
export function switchPlugin(
  installed: readonly InstalledPlugin[],
  { enabled, disabled }: PluginLists,
  { plugin, on, editions }: { readonly plugin: string; readonly on: boolean; readonly editions: readonly string[] },
): PluginLists {
  const others = disabled.filter((id) => id !== plugin);
  const isWanted = (list: readonly string[]): boolean => planEnablement(installed, list, others).asked.has(plugin);
  if (!on) {
    const rest = enabled.filter((id) => id !== plugin);
    return { enabled: rest, disabled: isWanted(rest) ? [...others, plugin] : others };
  }
  if (!editions.includes(plugin)) return { enabled: isWanted(enabled) ? enabled : [...enabled, plugin], disabled: others };
  const former = enabled.findIndex((id) => editions.includes(id));
  const rest = enabled.filter((id) => !editions.includes(id));
  return { enabled: former < 0 ? [...rest, plugin] : rest.toSpliced(former, 0, plugin), disabled: others };
}

/** Works out what `enabled` (with packs, without `disabled`) comes to. */
export function planEnablement(installed: readonly InstalledPlugin[], enabled: readonly string[], disabled: readonly string[]): Enablement {
  const byId = new Map(installed.map((plugin) => [plugin.id, plugin]));
  const unknown = enabled.filter((id) => !byId.has(id));
  const asked = new Map<string, string>();
  const ask = (id: string, root: string): void => {
    if (disabled.includes(id) || asked.has(id)) {
      return;
    }
    asked.set(id, root);
    for (const other of byId.get(id)?.manifest?.pluginPack ?? []) ask(other, root);
  };
  for (const id of enabled) ask(id, id);
  const wanted = new Set([...asked.keys()].filter((id) => byId.has(id)));
  const unreadable = new Set([
    ...unknown.filter((id) => asked.has(id)),
    ...[...wanted].filter((id) => byId.get(id)?.manifest === undefined),
  ]);

  const refused = new Map<string, readonly string[]>();
  const order: InstalledPlugin[] = [];
  const visiting: string[] = [];
  const visit = (id: string): boolean => {
    const plugin = byId.get(id);
    if (plugin === undefined || !wanted.has(id) || refused.has(id)) {
      return false;
    }
    if (order.includes(plugin)) {
      return true;
    }
    if (visiting.includes(id)) {
      refused.set(id, [`It depends on itself: ${[...visiting.slice(visiting.indexOf(id)), id].join(' needs ')}.`]);
      return false;
    }
    visiting.push(id);
    const lacking = (plugin.manifest?.pluginDependencies ?? []).filter((dependency) => !visit(dependency));
    visiting.pop();
    const problems = [...plugin.problems, ...lacking.map((dependency) => whyLacking(dependency, byId, wanted))];
    if (problems.length > 0 || plugin.manifest === undefined) {
      refused.set(id, [...(refused.get(id) ?? []), ...problems]);
      return false;
    }
    order.push(plugin);
    return true;
  };
  [...wanted].sort().forEach(visit);
  return { order, refused, wanted, asked, unknown, unreadable };
}

function whyLacking(id: string, byId: ReadonlyMap<string, InstalledPlugin>, wanted: ReadonlySet<string>): string {
  if (!byId.has(id)) {
    return `It needs ${id}, which is not installed.`;
  }
  return wanted.has(id)
    ? `It needs ${id}, which cannot be activated.`
    : `It needs ${id}, which is not enabled: postroom plugins enable ${id}`;
}
