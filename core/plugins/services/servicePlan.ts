// Which plugin provides which service, and what is wrong where none does, or two. Pure: from manifests.

import { IsolatedModules } from '@postroom/sdk/services';
import semver from 'semver';
import { type InstalledPlugin, runsInHost } from '../manifests/discovery.js';
import { type Requirement, requirement } from './requirement.js';

/** What stands before any plugin is activated. */
export interface Ground {
  /** Ids that are wanted whatever the settings say: the platform pack, and what boot.json enables. */
  readonly boot: readonly string[];
  /** Ids that boot.json switches off. */
  readonly off: readonly string[];
  /** The host's own services with the versions of their contracts. */
  readonly services: ReadonlyMap<string, string>;
}

export const BARE_GROUND: Ground = { boot: [], off: [], services: new Map() };

/** Who provides a service. */
export interface Provider {
  /** A plugin's id; `undefined` for the host. */
  readonly plugin: string | undefined;
  readonly version: string;
}

/** The service that runs isolated code. */
const ISOLATION: Requirement = requirement(IsolatedModules.serviceName);

/** What a plugin cannot be active without: the services that it takes, and what isolates its code where that does not run inside the host. */
export function requirementsOf(plugin: Pick<InstalledPlugin, 'manifest' | 'bundled' | 'trusted'>): readonly Requirement[] {
  const named = (plugin.manifest?.requires ?? []).map(requirement);
  return runsInHost(plugin) || plugin.manifest?.main === undefined ? named : [...named, ISOLATION];
}

/** What people are told of a requirement, to be followed by `, which ...`. */
export function requirementWords({ service }: Requirement): string {
  const isIsolation = service === ISOLATION.service;
  return isIsolation ? `It runs isolated only, by the service ${service}` : `It requires the service ${service}`;
}

/** Whether it is activated before the settings are in force. */
export function isPlatform({ manifest }: Pick<InstalledPlugin, 'manifest'>): boolean {
  return manifest?.activation === 'platform';
}

/** Packs of the product that name what every server starts with. */
export function platformPacks(installed: readonly InstalledPlugin[]): readonly string[] {
  return installed.filter((plugin) => plugin.bundled && isPlatform(plugin) && plugin.manifest?.main === undefined).map(({ id }) => id);
}

export class ServicePlan {
  readonly #providers = new Map<string, Provider>();
  readonly #problems = new Map<string, string[]>();
  readonly #installed: readonly InstalledPlugin[];

  /** `wanted`: ids that should run. */
  constructor(installed: readonly InstalledPlugin[], wanted: ReadonlySet<string>, { services }: Ground) {
    this.#installed = installed;
    const plugins = installed.filter(({ id }) => wanted.has(id));
    for (const [name, version] of services) this.#providers.set(name, { plugin: undefined, version });
    for (const { id, manifest } of plugins) {
      for (const { service, version } of manifest?.provides ?? []) {
        if (services.has(service)) this.#problem(id, `It provides the service ${service}, which Postroom itself provides.`);
        else if (!this.#providers.has(service)) this.#providers.set(service, { plugin: id, version });
        else this.#twice(service, [this.#providers.get(service)?.plugin ?? '', id]);
      }
    }
  }

  /** Sentences about what the plugin provides. */
  problemsOf(plugin: string): readonly string[] {
    return this.#problems.get(plugin) ?? [];
  }

  /** Each service that has one, by name. */
  get providers(): ReadonlyMap<string, Provider> {
    return this.#providers;
  }

  /** What keeps a requirement from being met, a sentence; `undefined` where its provider is there and fits. */
  lacking(requirement: Requirement): string | undefined {
    const { service, range } = requirement;
    const provider = this.#providers.get(service);
    if (provider === undefined) return `${requirementWords(requirement)}, ${this.#whoCould(service)}`;
    if (semver.satisfies(provider.version, range)) return undefined;
    const who = provider.plugin ?? 'this server';
    return `It requires the service ${service} in version ${range}; ${who} provides ${provider.version}. Install versions that fit each other.`;
  }

  #whoCould(service: string): string {
    const could = this.#installed.filter(({ manifest }) => manifest?.provides?.some((each) => each.service === service));
    const [first] = could;
    if (first === undefined) return 'which no installed plugin provides. Install one that does, or see whether the name is right.';
    const way = isPlatform(first) ? 'see "enabled" and "disabled" in boot.json.' : `postroom plugins enable ${first.id}`;
    return `which ${could.map(({ id }) => id).join(' or ')} would provide, if enabled: ${way}`;
  }

  /** It is unknown which one is meant: none of them is activated. */
  #twice(service: string, plugins: readonly string[]): void {
    for (const plugin of plugins) {
      const others = plugins.filter((each) => each !== plugin).join(', ');
      const sentence = `It provides the service ${service}, and so does ${others}; a service has one provider. Disable one of them: ${this.#wayOff(plugins)}`;
      if (!this.problemsOf(plugin).includes(sentence)) this.#problem(plugin, sentence);
    }
  }

  #wayOff(plugins: readonly string[]): string {
    const isBoot = this.#installed.some((plugin) => plugins.includes(plugin.id) && isPlatform(plugin));
    return isBoot ? '"disabled" in boot.json names those that are not to start.' : `postroom plugins disable ${plugins[0] ?? ''}`;
  }

  #problem(plugin: string, sentence: string): void {
    this.#problems.set(plugin, [...this.problemsOf(plugin), sentence]);
  }
}
