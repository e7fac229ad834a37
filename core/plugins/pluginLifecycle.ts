// Brings single plugins to life and takes them down again, while mail flows. Calls come one after the other: the plugin host sees to that.
import { Events, Log } from '@postroom/sdk/services';
import { inject } from '../base/inject.js';
import { HostHooks } from '../hooks/hooks.js';
import { Ports } from './contributions/ports.js';
import { activationProblem } from './failures/activationProblem.js';
import type { InstalledPlugin } from './manifests/discovery.js';
import { type PluginRecord, PluginRecords } from './pluginRecords.js';
import { RuntimeFactory } from './runtime/pluginRuntime.js';
import { isPlatform, type Provider, requirementsOf, requirementWords } from './services/servicePlan.js';
import { ServiceRegistry } from './services/serviceRegistry.js';
import { dependsOn } from './start/enablement.js';

/** Who provides which service, by its name. */
type Providers = ReadonlyMap<string, Provider>;

export class PluginLifecycle {
  /** Why they are not activated the next time. */
  readonly #withheld = new Map<string, string>();

  constructor(
    @inject(PluginRecords) private readonly records: PluginRecords,
    @HostHooks private readonly hooks: HostHooks,
    @inject(Ports) private readonly ports: Ports,
    @inject(ServiceRegistry) private readonly services: ServiceRegistry,
    @RuntimeFactory private readonly makeRuntime: RuntimeFactory,
    @Events private readonly events: Events,
    @Log private readonly log: Log,
  ) {}

  /** The next time that the plugin would be activated it becomes `failed` instead, with this sentence. */
  withhold(plugin: string, why: string): void {
    this.#withheld.set(plugin, why);
  }

  /** Does nothing for one that is active. `providers`: as planned, for sentences. `failure`: whether a failure is logged here. */
  async activate(id: string, providers: Providers, failure: 'logged' | 'told by the caller' = 'logged'): Promise<void> {
    const record = this.records.get(id);
    const manifest = record?.installed.manifest;
    if (record === undefined || manifest === undefined || record.state === 'active') return;
    const why = this.#lacking(record.installed, providers) ?? this.#takeWithheld(id);
    if (why !== undefined) return this.records.setState(record, 'failed', [why]);
    this.records.setState(record, 'activating', []);
    record.error = undefined;
    record.runtime = this.makeRuntime({ ...record.installed, manifest });
    try {
      await record.runtime.activate();
      record.failures.clear();
      // What was noted meanwhile is still so.
      this.records.setState(record, 'active', record.problems);
    } catch (error) {
      record.runtime.untap();
      const after = await record.runtime.deactivate();
      record.runtime = undefined;
      record.error = error;
      const sentence = await activationProblem(error, record.installed.folder);
      if (failure === 'logged') this.log.error('A plugin could not be activated.', { plugin: id, problem: sentence });
      this.records.setState(record, 'failed', [sentence, ...after]);
    }
  }

  /**
   * The new version is brought to life beside the old one and takes its place in the hooks; then the old one drains and ends. Answers why not, where
   * the old one goes on.
   */
  async replace(plugin: InstalledPlugin): Promise<string | undefined> {
    const record = this.records.get(plugin.id);
    const former = record?.runtime;
    if (record === undefined || plugin.manifest === undefined || record.state !== 'active' || former === undefined) return undefined;
    if (isPlatform(plugin)) return 'It starts before the settings are read: the new version runs when the server is started again.';
    if ([...(plugin.manifest.provides ?? []), ...(record.installed.manifest?.provides ?? [])].length > 0) {
      // Two cannot provide one service at a time: those that take it end with the former version, and are activated again after this.
      await this.deactivate(record, 'disabled');
      record.installed = plugin;
      return undefined;
    }
    const next = this.makeRuntime({ ...plugin, manifest: plugin.manifest });
    try {
      await next.activate(former);
    } catch (error) {
      // Some of its taps may have found their places.
      next.untap();
      await next.deactivate();
      return activationProblem(error, plugin.folder);
    }
    // From here on its taps stand in the hooks: what it declares counts, however long the former one drains.
    record.installed = plugin;
    this.records.setState(record, 'active', record.problems);
    await this.#drain(plugin.id);
    const problems = await former.deactivate();
    record.runtime = next;
    record.failures.clear();
    this.records.setState(record, 'active', problems);
    this.events.emit({ type: 'plugin', plugin: plugin.id, state: 'active' });
    return undefined;
  }

  /** With those that cannot be active without it, which become `failed`. Does nothing for one that does not run. */
  async deactivate(record: PluginRecord, next: 'disabled' | 'failed', why: readonly string[] = []): Promise<void> {
    if (record.runtime === undefined) return;
    const { id } = record.installed;
    for (const other of [...this.records.active].reverse()) {
      if (other !== record && dependsOn(other.installed, record.installed)) {
        await this.deactivate(other, 'failed', [`It needs ${id}, which is not active.`]);
      }
    }
    this.records.setState(record, 'deactivating', record.problems);
    await this.ports.close(id);
    record.runtime.untap();
    await this.#drain(id);
    const problems = await record.runtime.deactivate();
    record.runtime = undefined;
    this.records.setState(record, next, [...why, ...problems]);
  }

  /** Last-in-first-out. */
  async deactivateAll(isMeant: (plugin: InstalledPlugin) => boolean): Promise<void> {
    for (const record of [...this.records.active].reverse()) {
      if (isMeant(record.installed)) await this.deactivate(record, 'disabled');
    }
  }

  /** Why it cannot be activated now: what it needs was to be, and is not. */
  #lacking(plugin: InstalledPlugin, providers: Providers): string | undefined {
    const id = (plugin.manifest?.pluginDependencies ?? []).find((other) => !this.records.isActive(other));
    if (id !== undefined) return `It needs ${id}, which is not active.`;
    const lacking = requirementsOf(plugin).find((each) => !this.services.has(each.service));
    if (lacking === undefined) return undefined;
    const provider = providers.get(lacking.service)?.plugin;
    return `${requirementWords(lacking)}${provider === undefined ? '' : ` of ${provider}`}, which is not active.`;
  }

  #takeWithheld(id: string): string | undefined {
    const why = this.#withheld.get(id);
    if (why !== undefined) this.log.error('A plugin is not activated.', { plugin: id, problem: why });
    this.#withheld.delete(id);
    return why;
  }

  async #drain(id: string): Promise<void> {
    await Promise.all(Object.values(this.hooks).map((hook) => hook.drain(id)));
  }
}
