// The plugins that mail waits for: those that fail closed, should run, and do not. Asked with every message, so they are found when something changes.
import { type BlockingPlugin, Documents, Log, PluginStorages } from '@postroom/sdk/services';
import { CoreState } from '../../base/coreState.js';
import { inject } from '../../base/inject.js';
import { HostHooks } from '../../hooks/hooks.js';
import type { InstalledPlugin } from '../manifests/discovery.js';
import { PluginRecords } from '../pluginRecords.js';
import { ServiceRegistry } from '../services/serviceRegistry.js';
import type { Enablement } from '../start/enablement.js';
import { blockingPlugins, failsClosed, holdsOnError } from './failClosed.js';
import { KnownFilters, type RunningPlugin } from './knownFilters.js';

export class MailFilters {
  readonly #known: KnownFilters;
  #blocking: readonly BlockingPlugin[] = [];
  #plan: Pick<Enablement, 'wanted' | 'asked'> | undefined;
  /** Why plugins are not here as other servers of the store have them. */
  #away: ReadonlyMap<string, string> = new Map();

  constructor(
    @inject(PluginRecords) private readonly records: PluginRecords,
    @HostHooks private readonly hooks: HostHooks,
    @inject(ServiceRegistry) private readonly services: ServiceRegistry,
    @Log private readonly log: Log,
  ) {
    this.#known = new KnownFilters(() => new CoreState(services.get(PluginStorages)));
    records.onDidChangeState(() => this.find());
  }

  get blocking(): readonly BlockingPlugin[] {
    return this.#blocking;
  }

  /** Finds them again. */
  find(): void {
    const conditions = this.records.all.map(({ installed, state, problems, cause }) => ({
      installed,
      state,
      why: cause ?? problems.join(' '),
      untapped: state === 'active' ? this.#untapped(installed) : [],
    }));
    this.#blocking = blockingPlugins(conditions, this.#plan?.wanted ?? new Set(), this.#known.ids, new Map(this.#missing()));
  }

  /** `away`: plugins that this server does not have as other servers of its store do, with why. */
  holdFor(away: ReadonlyMap<string, string>): void {
    this.#away = away;
    this.find();
  }

  /** Before plugins are made to run as `plan` says. */
  async follow(plan: Enablement, enabled: readonly string[], disabled: readonly string[]): Promise<void> {
    await this.#known.load();
    this.#plan = plan;
    this.#known.forget(plan, enabled, disabled);
    this.find();
  }

  /** After that: what runs now is missed from now on where it does not. */
  async remember(): Promise<void> {
    this.#known.note(this.#running());
    if (this.#known.isUnwritten) await this.#write();
    this.find();
  }

  /** Other servers on the store have let filters run, or an administrator has agreed there that mail goes without one. */
  async hear(): Promise<void> {
    await this.#known.load();
    this.find();
  }

  /** An administrator removed the plugin, or agrees that it lets mail through. Answers whether mail could wait for it. */
  async forget(plugin: string): Promise<boolean> {
    await this.#known.load();
    if (!this.#known.remove(plugin)) return false;
    await this.#write();
    this.find();
    return true;
  }

  /** Names of taps that hold on error and that it took out of their hooks while it runs. */
  #untapped({ id, manifest }: InstalledPlugin): readonly string[] {
    const taps = (manifest?.contributes?.taps ?? []).filter(holdsOnError);
    return taps.filter(({ hook, name }) => !this.hooks[hook].has(id, name)).map(({ hook, name }) => `${hook} ${name}`);
  }

  /** What the settings enable and this server does not have: another one may sort with it. */
  *#missing(): Generator<readonly [id: string, why: string | undefined]> {
    const isShared = this.services.has(Documents.serviceName) && this.services.get(Documents).isShared;
    for (const id of this.#plan?.asked.keys() ?? []) {
      if (this.#away.has(id) || (isShared && this.records.get(id) === undefined)) yield [id, this.#away.get(id)];
    }
  }

  *#running(): Generator<RunningPlugin> {
    for (const { installed } of this.records.active) {
      const { id, manifest, bundled } = installed;
      yield { id, broughtBy: this.#plan?.asked.get(id) ?? id, failsClosed: failsClosed(manifest), bundled };
    }
  }

  /** What cannot be written now is written with the next change; until then a restart may forget it. */
  async #write(): Promise<void> {
    try {
      await this.#known.write();
    } catch (error) {
      this.log.error('Which filters have run here could not be written down.', { error: String(error) });
    }
  }
}
