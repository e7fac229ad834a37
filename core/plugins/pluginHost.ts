// The plugins as a whole: makes what runs equal to what boot.json and the settings say, one change after the other.
import { isDeepStrictEqual } from 'node:util';
import type { Disposable } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import type { BlockingPlugin, PluginCatalogue, PluginStatus, ServiceId, StartedPlugin } from '@postroom/sdk/services';
import { inject } from '../base/inject.js';
import type { BlockingPlugins } from '../hooking/blockingPlugins.js';
import { HostHooks } from '../hooks/hooks.js';
import { Ports } from './contributions/ports.js';
import { type FailedTooOften, PluginFailures } from './failures/pluginFailures.js';
import { MailFilters } from './filters/mailFilters.js';
import type { InstalledPlugin } from './manifests/discovery.js';
import { PluginLifecycle } from './pluginLifecycle.js';
import { PluginRecords, pluginStatus } from './pluginRecords.js';
import { NeededServices } from './services/neededServices.js';
import { type Ground, isPlatform } from './services/servicePlan.js';
import { ServiceRegistry } from './services/serviceRegistry.js';
import { dependsOn, type Enablement, planEnablement } from './start/enablement.js';
import { startedPlugin } from './start/startedPlugin.js';

/** Mail waits for another version of it. */
const RUNS_ALL_THE_SAME: readonly BlockingPlugin['how'][] = ['lapsed', 'behind'];

export class PluginHost implements BlockingPlugins, PluginCatalogue {
  readonly #changed = new Listeners<void>();
  #ground: Omit<Ground, 'services'> = { boot: [], off: [] };
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    @inject(PluginRecords) private readonly records: PluginRecords,
    @inject(PluginLifecycle) private readonly lifecycle: PluginLifecycle,
    @inject(MailFilters) private readonly filters: MailFilters,
    @inject(PluginFailures) failures: PluginFailures,
    @HostHooks hooks: HostHooks,
    @inject(Ports) private readonly ports: Ports,
    @inject(ServiceRegistry) private readonly services: ServiceRegistry,
  ) {
    for (const hook of Object.values(hooks)) hook.reportTo(failures);
    for (const hook of [hooks.onSort, hooks.onDeliver]) hook.onDidChange(() => this.#tapsChanged());
    failures.onDidFailTooOften((failed) => void this.#switchOff(failed));
  }

  get plugins(): readonly PluginStatus[] {
    return this.records.all.map((record) => pluginStatus(record, this.ports.problemsOf(record.installed.id)));
  }

  get blocking(): readonly BlockingPlugin[] {
    return this.filters.blocking;
  }

  /** What runs, in the order in which it was activated. */
  get starting(): readonly StartedPlugin[] {
    return this.records.active.map(({ installed }) => startedPlugin(installed, this.services));
  }

  /** What stands before any plugin that the settings enable. */
  get ground(): Ground {
    return { ...this.#ground, services: this.services.host };
  }

  /** Plugins came, went, failed or recovered. */
  onDidChange(listener: () => void): Disposable {
    return this.#changed.add(listener);
  }

  /**
   * Activates the plugins of the platform, once, before anything else. `ground`: what to start, and what not. Rejects where a service in `needed` is
   * missing afterwards, with what kept its provider from being activated.
   */
  boot(installed: readonly InstalledPlugin[], ground: Omit<Ground, 'services'>, needed: readonly ServiceId<unknown>[]): Promise<void> {
    return this.#inTurn(async () => {
      this.#ground = ground;
      const { order, refused, wanted } = planEnablement(installed, [], [], this.ground);
      const platform = installed.filter((plugin) => isPlatform(plugin) && wanted.has(plugin.id));
      this.records.remember(platform);
      for (const { id } of platform) this.#refuse(id, refused);
      for (const plugin of order.filter(isPlatform)) {
        const isNeeded =
          plugin.manifest?.provides?.some(({ service }) => needed.some(({ serviceName }) => serviceName === service)) === true;
        await this.lifecycle.activate(plugin.id, new Map(), isNeeded ? 'told by the caller' : 'logged');
        if (isNeeded && this.records.get(plugin.id)?.state !== 'active') break;
      }
      const needs = new NeededServices(installed, this.records);
      const first = needs.firstMissing(needed.filter(({ serviceName }) => !this.services.has(serviceName)));
      if (first !== undefined) needs.refuse(first);
    });
  }

  /** Throws what kept a provider from being activated where one of these services is missing for that. One that is switched off may be missing. */
  demand(services: readonly ServiceId<unknown>[]): void {
    const needs = new NeededServices(
      this.records.all.map(({ installed }) => installed),
      this.records,
    );
    const first = services.find((id) => !this.services.has(id.serviceName) && needs.hasThrown(id));
    if (first !== undefined) needs.refuse(first);
  }

  /**
   * Makes what runs equal to what the settings say. Calls are served one after the other. `replaced`: plugins of which another version is installed
   * now; it takes over from the one that runs between two messages. Answers why, for those whose former version runs on.
   */
  apply(
    installed: readonly InstalledPlugin[],
    enabled: readonly string[],
    disabled: readonly string[],
    replaced: ReadonlySet<string> = new Set(),
  ): Promise<ReadonlyMap<string, string>> {
    return this.#inTurn(async () => {
      const plan = planEnablement(installed, enabled, disabled, this.ground);
      this.records.remember(installed);
      await this.filters.follow(plan, enabled, disabled);
      await this.#endWhatMustNotRun(plan, installed);
      for (const record of this.records.all) {
        const { id, problems } = record.installed;
        const isRefused = this.#refuse(id, plan.refused);
        if (!isRefused && !plan.wanted.has(id) && record.state !== 'disabled') this.records.setState(record, 'disabled', problems);
      }
      const unchanged = new Map<string, string>();
      for (const plugin of plan.order) {
        const problem = replaced.has(plugin.id) ? await this.lifecycle.replace(plugin) : undefined;
        if (problem !== undefined) unchanged.set(plugin.id, problem);
        await this.lifecycle.activate(plugin.id, plan.providers);
      }
      this.records.keepOnly(installed);
      await this.filters.remember();
      this.#changed.fire();
      return unchanged;
    });
  }

  /** Deactivates everything but the platform, last-in-first-out. */
  stop(): Promise<void> {
    return this.#inTurn(() => this.lifecycle.deactivateAll((plugin) => !isPlatform(plugin)));
  }

  /** Deactivates the rest. */
  end(): Promise<void> {
    return this.#inTurn(() => this.lifecycle.deactivateAll(() => true));
  }

  /** An administrator removed the plugin, or agrees that it lets mail through: mail waits for it no longer. */
  forget(plugin: string): Promise<void> {
    return this.#inTurn(async () => {
      if (await this.filters.forget(plugin)) this.#changed.fire();
    });
  }

  /** Mail waits for these as well, as far as the settings enable them. */
  holdFor(away: ReadonlyMap<string, string>): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.blocking;
      this.filters.holdFor(away);
      if (!isDeepStrictEqual(before, this.blocking)) this.#changed.fire();
    });
  }

  hear(): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.blocking.length;
      await this.filters.hear();
      if (this.blocking.length !== before) this.#changed.fire();
    });
  }

  /** Resolves when every change asked for so far has been made. */
  settled(): Promise<void> {
    return this.#inTurn(async () => undefined);
  }

  /** What is not wanted any more, what needs that, and what runs without its taps: only a new start brings these back. */
  async #endWhatMustNotRun(plan: Enablement, installed: readonly InstalledPlugin[]): Promise<void> {
    const wanted = new Set(plan.order.map(({ id }) => id));
    for (const record of [...this.records.active].reverse()) {
      const { id } = record.installed;
      if (isPlatform(record.installed) || !this.records.isActive(id)) continue;
      const leaving = this.records.active.filter((other) => !wanted.has(other.installed.id));
      const dependsOnLeaving = leaving.some((other) => dependsOn(record.installed, other.installed));
      if (!wanted.has(id) || dependsOnLeaving || !installed.some((plugin) => plugin.id === id)) {
        await this.lifecycle.deactivate(record, 'disabled');
      } else if (this.blocking.some((blocking) => blocking.id === id && !RUNS_ALL_THE_SAME.includes(blocking.how))) {
        await this.lifecycle.deactivate(record, 'failed');
      }
    }
  }

  /** Answers whether the plan refuses it. */
  #refuse(id: string, refused: Enablement['refused']): boolean {
    const why = refused.get(id);
    const record = this.records.get(id);
    if (why !== undefined && record !== undefined) this.records.setState(record, 'failed', why);
    return why !== undefined;
  }

  #switchOff({ plugin, cause }: FailedTooOften): Promise<void> {
    return this.#inTurn(async () => {
      const record = this.records.get(plugin);
      if (record === undefined) return;
      await this.lifecycle.deactivate(record, 'failed', [`${cause} Mend it, then: postroom plugins enable ${plugin}`]);
      record.cause = cause;
      this.filters.find();
      this.#changed.fire();
    });
  }

  /** A plugin may take a tap away while it runs; mail does not pass by for that. */
  #tapsChanged(): void {
    const before = this.blocking.length;
    this.filters.find();
    if (this.blocking.length !== before) queueMicrotask(() => this.#changed.fire());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work, work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
