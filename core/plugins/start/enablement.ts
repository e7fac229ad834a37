// Which plugins run, and in which order they become active. Pure: from manifests, the settings' two lists and what boot.json says.
import { PostroomError } from '@postroom/sdk';
import type { PluginLists } from '@postroom/sdk/services';
import { type InstalledPlugin, runsInHost } from '../manifests/discovery.js';
import { BARE_GROUND, type Ground, isPlatform, type Provider, requirementsOf, ServicePlan } from '../services/servicePlan.js';

/** What should run. */
export interface Enablement {
  /** In order of activation: the platform first; in each, what is needed before what needs it, then by id. */
  readonly order: readonly InstalledPlugin[];
  /** Who provides which service, by its name. */
  readonly providers: ReadonlyMap<string, Provider>;
  /** Sentences by plugin id, for those that were asked for and can't be activated. */
  readonly refused: ReadonlyMap<string, readonly string[]>;
  /** Installed ids that the settings ask for, whether or not they can run; what was switched off by name is not among them. */
  readonly wanted: ReadonlySet<string>;
  /** The same with ids that are not installed, each with the entry of `plugins.enabled` that brings it: itself or a pack. */
  readonly asked: ReadonlyMap<string, string>;
  /** Enabled ids that are not installed. */
  readonly unknown: readonly string[];
  /** Asked for, but unknown in what they do and bring along: not installed, or without a readable manifest. */
  readonly unreadable: ReadonlySet<string>;
}

/**
 * The lists once a plugin is switched on or off. A plugin that is brought along (by a pack, or the platform) is not added to `enabled`; to switch it off it
 * is added to `disabled`. There is one edition only: one that is switched on takes the place of the one that was. Throws `plugin/not-allowed` for what
 * starts before the settings, and for what boot.json switches off.
 */
export function switchPlugin(
  installed: readonly InstalledPlugin[],
  { enabled, disabled }: PluginLists,
  { plugin, on, editions }: { readonly plugin: string; readonly on: boolean; readonly editions: readonly string[] },
  ground: Ground = BARE_GROUND,
): PluginLists {
  if (installed.some((each) => each.id === plugin && isPlatform(each))) {
    const list = on ? 'enabled' : 'disabled';
    throw new PostroomError(
      'plugin/not-allowed',
      `${plugin} starts before the settings are read. Name it in "${list}" of boot.json in the data folder, and start the server again.`,
      { plugin },
    );
  }
  if (on && ground.off.includes(plugin)) {
    throw new PostroomError(
      'plugin/not-allowed',
      `${plugin} is switched off by boot.json in the data folder. Take it out of "disabled" there, and start the server again.`,
      { plugin },
    );
  }
  const others = disabled.filter((id) => id !== plugin);
  const isWanted = (list: readonly string[]): boolean => planEnablement(installed, list, others, ground).asked.has(plugin);
  if (!on) {
    const rest = enabled.filter((id) => id !== plugin);
    return { enabled: rest, disabled: isWanted(rest) ? [...others, plugin] : others };
  }
  if (!editions.includes(plugin)) return { enabled: isWanted(enabled) ? enabled : [...enabled, plugin], disabled: others };
  const former = enabled.findIndex((id) => editions.includes(id));
  const rest = enabled.filter((id) => !editions.includes(id));
  return { enabled: former < 0 ? [...rest, plugin] : rest.toSpliced(former, 0, plugin), disabled: others };
}

/** Works out what `enabled` (with packs, without `disabled`) comes to, on top of what `ground` starts. */
export function planEnablement(
  installed: readonly InstalledPlugin[],
  enabled: readonly string[],
  disabled: readonly string[],
  ground: Ground = BARE_GROUND,
): Enablement {
  const byId = new Map(installed.map((plugin) => [plugin.id, plugin]));
  const unknown = enabled.filter((id) => !byId.has(id));
  const asked = ask(byId, enabled, disabled, ground);
  const wanted = new Set([...asked.keys()].filter((id) => byId.has(id)));
  const unreadable = new Set([
    ...unknown.filter((id) => asked.has(id)),
    ...[...wanted].filter((id) => byId.get(id)?.manifest === undefined),
  ]);
  const services = new ServicePlan(installed, wanted, ground);
  const { order, refused } = new ActivationOrder(byId, wanted, services).of([...wanted].sort());
  return { order, refused, wanted, asked, unknown, unreadable, providers: services.providers };
}

/** Ids that are asked for, packs opened, each with the entry that brings it. */
function ask(
  byId: ReadonlyMap<string, InstalledPlugin>,
  enabled: readonly string[],
  disabled: readonly string[],
  { boot, off }: Ground,
): ReadonlyMap<string, string> {
  const asked = new Map<string, string>();
  const add = (id: string, root: string, isOff: (id: string) => boolean): void => {
    if (isOff(id) || asked.has(id)) return;
    asked.set(id, root);
    for (const other of byId.get(id)?.manifest?.pluginPack ?? []) add(other, root, isOff);
  };
  // What starts before the settings is switched off in boot.json alone.
  const starts = (id: string): boolean => isPlatform(byId.get(id) ?? { manifest: undefined });
  const isOff = (id: string): boolean => off.includes(id) || (disabled.includes(id) && !starts(id));
  for (const id of boot) add(id, id, isOff);
  for (const id of enabled) add(id, id, isOff);
  return asked;
}

/** What a plugin has to wait for. */
interface Need {
  readonly id: string;
  /** Between the two ids in a sentence: `needs`, `requires MailStore of`. */
  readonly link: string;
}

class ActivationOrder {
  readonly #order: InstalledPlugin[] = [];
  readonly #refused = new Map<string, readonly string[]>();
  readonly #path: { readonly id: string; link: string }[] = [];

  constructor(
    private readonly byId: ReadonlyMap<string, InstalledPlugin>,
    private readonly wanted: ReadonlySet<string>,
    private readonly services: ServicePlan,
  ) {}

  of(ids: readonly string[]): Pick<Enablement, 'order' | 'refused'> {
    for (const id of ids) this.#visit(id);
    const [platform, features] = [this.#order.filter(isPlatform), this.#order.filter((plugin) => !isPlatform(plugin))];
    return { order: [...platform, ...features], refused: this.#refused };
  }

  /** Whether it can be activated; what it needs stands in the order before it. */
  #visit(id: string): boolean {
    const plugin = this.byId.get(id);
    if (plugin === undefined || !this.wanted.has(id) || this.#refused.has(id)) return false;
    if (this.#order.includes(plugin)) return true;
    const start = this.#path.findIndex((step) => step.id === id);
    if (start >= 0) {
      const path = this.#path.slice(start).map((step) => `${step.id} ${step.link} `);
      this.#refused.set(id, [`It depends on itself: ${path.join('')}${id}.`]);
      return false;
    }
    const step = { id, link: '' };
    this.#path.push(step);
    const problems = [...plugin.problems, ...this.services.problemsOf(id)];
    for (const requirement of requirementsOf(plugin)) {
      const lacking = this.services.lacking(requirement);
      if (lacking !== undefined) problems.push(lacking);
    }
    for (const need of this.#needsOf(plugin)) {
      step.link = need.link;
      if (!this.#visit(need.id)) problems.push(this.#whyLacking(need));
      else if (isPlatform(plugin) && runsInHost(plugin) && !isPlatform(this.byId.get(need.id) ?? plugin)) {
        problems.push(`It starts before the settings are read, and ${need.link} ${need.id}, which starts after that.`);
      }
    }
    for (const other of this.#usedBy(plugin)) if (!this.#leadsBack(other)) this.#visit(other);
    this.#path.pop();
    if (problems.length > 0 || plugin.manifest === undefined) {
      this.#refused.set(id, [...(this.#refused.get(id) ?? []), ...problems]);
      return false;
    }
    this.#order.push(plugin);
    return true;
  }

  #needsOf(plugin: InstalledPlugin): readonly Need[] {
    const needs = (plugin.manifest?.pluginDependencies ?? []).map((id): Need => ({ id, link: 'needs' }));
    for (const { service } of requirementsOf(plugin)) {
      const provider = this.services.providers.get(service)?.plugin;
      if (provider !== undefined && provider !== plugin.id) needs.push({ id: provider, link: `requires ${service} of` });
    }
    return needs;
  }

  /** Who provides what it does without: they come first where they can, so that it is there at once. */
  #usedBy({ manifest }: InstalledPlugin): readonly string[] {
    return (manifest?.uses ?? []).flatMap((service) => this.services.providers.get(service)?.plugin ?? []);
  }

  /** Whether the plugin, or one that would come before it, is being visited already. */
  #leadsBack(id: string, seen = new Set<string>()): boolean {
    if (this.#path.some((step) => step.id === id)) return true;
    const plugin = this.byId.get(id);
    if (plugin === undefined || seen.has(id)) return false;
    seen.add(id);
    return [...this.#needsOf(plugin).map((need) => need.id), ...this.#usedBy(plugin)].some((other) => this.#leadsBack(other, seen));
  }

  #whyLacking({ id, link }: Need): string {
    const needs = `It ${link} ${id}`;
    if (!this.byId.has(id)) return `${needs}, which is not installed.`;
    return this.wanted.has(id) ? `${needs}, which cannot be activated.` : `${needs}, which is not enabled: postroom plugins enable ${id}`;
  }
}

/** Whether a plugin cannot be active without another one. */
export function dependsOn(plugin: InstalledPlugin, other: InstalledPlugin): boolean {
  if (plugin.manifest?.pluginDependencies?.includes(other.id) === true) return true;
  const provided = new Set((other.manifest?.provides ?? []).map(({ service }) => service));
  return requirementsOf(plugin).some(({ service }) => provided.has(service));
}
