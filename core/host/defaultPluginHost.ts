// Brings plugins to life and takes them down again, while mail flows. A plugin's trouble is a fact about that plugin, never the host's end.
import type { Disposable } from '@postroom/sdk';
import { Listeners } from '@postroom/sdk/base';
import {
  type BlockingPlugin,
  Clock,
  Events,
  Log,
  type PluginState,
  type PluginStatus,
  PluginStorages,
  type ServiceId,
  type StartedPlugin,
} from '@postroom/sdk/services';
import { CoreState } from '../base/coreState.js';
import { inject } from '../base/inject.js';
import type { TapFailure } from '../hooking/guard.js';
import type { HookStep } from '../hooking/hookCall.js';
import { HostHooks } from '../hooks.js';
import { activationProblem } from './activationProblem.js';
import { type InstalledPlugin, runsInHost } from './discovery.js';
import { Doors } from './doors.js';
import { dependsOn, type Enablement, planEnablement } from './enablement.js';
import { blockingPlugins, failsClosed, holdsOnError } from './failClosed.js';
import { FailureTracker, type PluginFailure } from './failureTracker.js';
import { KnownFilters, type RunningPlugin } from './knownFilters.js';
import { MissingServices } from './missingService.js';
import { type PluginHost, RuntimeFactory } from './pluginHost.js';
import type { PluginRecord } from './pluginRecord.js';
import { type Ground, isPlatform, requirementsOf, requirementWords } from './servicePlan.js';
import { ServiceRegistry } from './serviceRegistry.js';
import { startedPlugin } from './startedPlugin.js';

export class DefaultPluginHost implements PluginHost {
  readonly #records = new Map<string, PluginRecord>();
  /** In order of activation. */
  readonly #active: string[] = [];
  readonly #changed = new Listeners<void>();
  /** Why they are not activated the next time. */
  readonly #withheld = new Map<string, string>();
  readonly #known: KnownFilters;
  #blocking: readonly BlockingPlugin[] = [];
  #enablement: Enablement | undefined;
  #ground: Omit<Ground, 'services'> = { boot: [], off: [] };
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    @HostHooks private readonly hooks: HostHooks,
    @Doors private readonly doors: Doors,
    @Events private readonly events: Events,
    @Clock private readonly clock: Clock,
    @Log private readonly log: Log,
    @RuntimeFactory private readonly makeRuntime: RuntimeFactory,
    @inject(ServiceRegistry) private readonly services: ServiceRegistry,
  ) {
    this.#known = new KnownFilters(() => new CoreState(services.get(PluginStorages)));
    for (const hook of Object.values(hooks)) hook.reportTo(this);
    for (const hook of [hooks.onSort, hooks.onDeliver]) hook.onDidChange(() => this.#tapsChanged());
  }

  get plugins(): readonly PluginStatus[] {
    return [...this.#records.values()].map((record) => ({
      id: record.installed.id,
      folder: record.installed.folder,
      name: record.installed.manifest?.displayName ?? record.installed.id,
      version: record.installed.manifest?.version ?? '',
      bundled: record.installed.bundled,
      trusted: record.installed.trusted,
      state: record.state,
      essential: record.installed.manifest?.capabilities?.essential === true,
      failsClosed: failsClosed(record.installed.manifest),
      problems: [...record.problems, ...this.doors.problemsOf(record.installed.id)],
      manifest: record.installed.manifest,
    }));
  }

  get blocking(): readonly BlockingPlugin[] {
    return this.#blocking;
  }

  boot(installed: readonly InstalledPlugin[], ground: Omit<Ground, 'services'>, needed: readonly ServiceId<unknown>[]): Promise<void> {
    return this.#inTurn(async () => {
      this.#ground = ground;
      const { order, refused, wanted } = planEnablement(installed, [], [], this.ground);
      const platform = installed.filter((plugin) => isPlatform(plugin) && wanted.has(plugin.id));
      this.#remember(platform);
      for (const { id } of platform) {
        const record = this.#records.get(id);
        const why = refused.get(id);
        if (record !== undefined && why !== undefined) this.#setState(record, 'failed', why);
      }
      for (const plugin of order.filter(isPlatform)) {
        const isNeeded =
          plugin.manifest?.provides?.some(({ service }) => needed.some(({ serviceName }) => serviceName === service)) === true;
        await this.#activate(plugin.id, isNeeded ? 'told by the caller' : 'logged');
        if (isNeeded && this.#records.get(plugin.id)?.state !== 'active') break;
      }
      const lacking = needed.filter(({ serviceName }) => !this.services.has(serviceName));
      const services = new MissingServices(installed, this.#records);
      const first = services.first(lacking);
      if (first !== undefined) services.refuse(first);
    });
  }

  demand(services: readonly ServiceId<unknown>[]): void {
    const missing = new MissingServices(
      [...this.#records.values()].map(({ installed }) => installed),
      this.#records,
    );
    const first = services.find((id) => !this.services.has(id.serviceName) && missing.hasThrown(id));
    if (first !== undefined) missing.refuse(first);
  }

  get starting(): readonly StartedPlugin[] {
    return this.#active.flatMap((id) => {
      const plugin = this.#records.get(id)?.installed;
      return plugin === undefined ? [] : startedPlugin(plugin, this.services);
    });
  }

  get ground(): Ground {
    return { ...this.#ground, services: this.services.host };
  }

  apply(
    installed: readonly InstalledPlugin[],
    enabled: readonly string[],
    disabled: readonly string[],
    replaced: ReadonlySet<string> = new Set(),
  ): Promise<ReadonlyMap<string, string>> {
    return this.#inTurn(async () => {
      const unchanged = new Map<string, string>();
      const enablement = planEnablement(installed, enabled, disabled, this.ground);
      await this.#known.load();
      this.#enablement = enablement;
      this.#remember(installed);
      const isForgotten = this.#known.forget(enablement, enabled, disabled);
      this.#findBlocking();
      const wanted = new Set(enablement.order.map((plugin) => plugin.id));
      for (const id of [...this.#active].reverse()) {
        const record = this.#records.get(id);
        if (record === undefined || isPlatform(record.installed)) continue;
        const leaving = this.#active.filter((other) => !wanted.has(other)).flatMap((other) => this.#records.get(other)?.installed ?? []);
        const dependsOnLeaving = leaving.some((other) => dependsOn(record.installed, other));
        if (!wanted.has(id) || dependsOnLeaving || !installed.some((plugin) => plugin.id === id)) {
          await this.#deactivate(id, 'disabled');
        } else if (this.#blocking.some((blocking) => blocking.id === id && blocking.how !== 'lapsed')) {
          // It runs without its taps: only a new start brings them back.
          await this.#deactivate(id, 'failed');
        }
      }
      for (const [id, record] of this.#records) {
        const refused = enablement.refused.get(id);
        if (refused !== undefined) {
          this.#setState(record, 'failed', refused);
        } else if (!enablement.wanted.has(id) && record.state !== 'disabled') {
          this.#setState(record, 'disabled', record.installed.problems);
        }
      }
      for (const plugin of enablement.order) {
        const problem = replaced.has(plugin.id) ? await this.#replace(plugin) : undefined;
        if (problem !== undefined) {
          unchanged.set(plugin.id, problem);
        }
        await this.#activate(plugin.id);
      }
      for (const id of [...this.#records.keys()].filter((id) => !installed.some((plugin) => plugin.id === id))) {
        this.#records.delete(id);
      }
      if (this.#known.note(this.#running()) || isForgotten) await this.#writeKnown();
      this.#findBlocking();
      this.#changed.fire();
      return unchanged;
    });
  }

  stop(): Promise<void> {
    return this.#inTurn(() => this.#deactivateAll((plugin) => !isPlatform(plugin)));
  }

  end(): Promise<void> {
    return this.#inTurn(() => this.#deactivateAll(() => true));
  }

  noteProblem(plugin: string, sentence: string): void {
    const record = this.#records.get(plugin);
    if (record === undefined) {
      return;
    }
    this.log.warn('A plugin failed.', { plugin, problem: sentence });
    // Report each sentence once: a failing timer repeats, and a failing event listener would be triggered by its own report.
    if (!record.problems.includes(sentence)) {
      record.problems = [sentence];
      this.events.emit({ type: 'problem', source: plugin, sentence });
    }
  }

  reportFailure(plugin: string, sentence: string, strike: PluginFailure): void {
    const record = this.#records.get(plugin);
    if (record === undefined) {
      return;
    }
    this.noteProblem(plugin, sentence);
    if (record.strikes.add(this.clock.monotonic(), strike) && record.state === 'active') {
      void this.#inTurn(async () => {
        const cause = `It failed three times in five minutes and was switched off; last: ${sentence}`;
        await this.#deactivate(plugin, 'failed', [`${cause} Mend it, then: postroom plugins enable ${plugin}`]);
        record.cause = cause;
        this.#findBlocking();
        this.#changed.fire();
      });
    }
  }

  tapFailed({ plugin, message, incident, code }: TapFailure, mail?: string): void {
    const installed = this.#records.get(plugin)?.installed;
    const isHost = installed !== undefined && runsInHost(installed);
    if (incident !== undefined || (isHost && code === 'plugin/timeout')) this.noteProblem(plugin, message);
    else this.reportFailure(plugin, message, { kind: 'call', messages: mail === undefined ? [] : [mail] });
  }

  noteCall(steps: readonly Pick<HookStep, 'plugin' | 'failure'>[], message?: string): void {
    for (const { plugin, failure } of steps) {
      if (failure === undefined) this.#records.get(plugin)?.strikes.succeeded();
      else this.tapFailed(failure, message);
    }
  }

  forget(plugin: string): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#known.remove(plugin)) return;
      await this.#writeKnown();
      this.#findBlocking();
      this.#changed.fire();
    });
  }

  withhold(plugin: string, why: string): void {
    this.#withheld.set(plugin, why);
  }

  settled(): Promise<void> {
    return this.#inTurn(async () => undefined);
  }

  onDidChange(listener: () => void): Disposable {
    return this.#changed.add(listener);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work, work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Asked with every message: so it is worked out when something changes. */
  #findBlocking(): void {
    const conditions = [...this.#records.values()].map(({ installed, state, problems, cause }) => ({
      installed,
      state,
      why: cause ?? problems.join(' '),
      untapped: state === 'active' ? this.#untapped(installed) : [],
    }));
    this.#blocking = blockingPlugins(conditions, this.#enablement?.wanted ?? new Set(), this.#known.ids);
  }

  #untapped({ id, manifest }: InstalledPlugin): readonly string[] {
    const taps = (manifest?.contributes?.taps ?? []).filter(holdsOnError);
    return taps.filter(({ hook, name }) => !this.hooks[hook].has(id, name)).map(({ hook, name }) => `${hook} ${name}`);
  }

  /** A plugin may take a tap away while it runs; mail does not pass by for that. */
  #tapsChanged(): void {
    const before = this.#blocking.length;
    this.#findBlocking();
    if (this.#blocking.length !== before) queueMicrotask(() => this.#changed.fire());
  }

  *#running(): Generator<RunningPlugin> {
    for (const id of this.#active) {
      const installed = this.#records.get(id)?.installed;
      const broughtBy = this.#enablement?.asked.get(id) ?? id;
      yield { id, broughtBy, failsClosed: failsClosed(installed?.manifest), bundled: installed?.bundled === true };
    }
  }

  /** What cannot be written now is written with the next change; until then a restart may forget it. */
  async #writeKnown(): Promise<void> {
    try {
      await this.#known.write();
    } catch (error) {
      this.log.error('Which filters have run here could not be written down.', { error: String(error) });
    }
  }

  #remember(installed: readonly InstalledPlugin[]): void {
    for (const plugin of installed) {
      const record = this.#records.get(plugin.id);
      if (record === undefined) {
        this.#records.set(plugin.id, {
          installed: plugin,
          state: 'disabled',
          problems: plugin.problems,
          runtime: undefined,
          strikes: new FailureTracker(),
        });
      } else if (record.state !== 'active') {
        record.installed = plugin;
      }
    }
  }

  async #activate(id: string, failure: 'logged' | 'told by the caller' = 'logged'): Promise<void> {
    const record = this.#records.get(id);
    const manifest = record?.installed.manifest;
    if (record === undefined || manifest === undefined || record.state === 'active') {
      return;
    }
    const lacking = this.#lacking(record.installed);
    if (lacking !== undefined) {
      this.#setState(record, 'failed', [lacking]);
      return;
    }
    const why = this.#withheld.get(id);
    if (why !== undefined) {
      this.#withheld.delete(id);
      this.log.error('A plugin is not activated.', { plugin: id, problem: why });
      this.#setState(record, 'failed', [why]);
      return;
    }
    this.#setState(record, 'activating', []);
    record.error = undefined;
    record.runtime = this.makeRuntime({ ...record.installed, manifest });
    try {
      await record.runtime.activate();
      record.strikes.clear();
      this.#active.push(id);
      this.#setState(record, 'active', []);
    } catch (error) {
      record.runtime.untap();
      const after = await record.runtime.deactivate();
      record.runtime = undefined;
      record.error = error;
      const sentence = await activationProblem(error, record.installed.folder);
      if (failure === 'logged') this.log.error('A plugin could not be activated.', { plugin: id, problem: sentence });
      this.#setState(record, 'failed', [sentence, ...after]);
    }
  }

  /** Why it cannot be activated now: what it needs was to be, and is not. */
  #lacking(plugin: InstalledPlugin): string | undefined {
    const id = (plugin.manifest?.pluginDependencies ?? []).find((other) => !this.#active.includes(other));
    if (id !== undefined) return `It needs ${id}, which is not active.`;
    const lacking = requirementsOf(plugin).find((each) => !this.services.has(each.service));
    if (lacking === undefined) return undefined;
    const provider = this.#enablement?.providers.get(lacking.service)?.plugin;
    return `${requirementWords(lacking)}${provider === undefined ? '' : ` of ${provider}`}, which is not active.`;
  }

  /**
   * The new version is brought to life beside the old one and takes its place in the hooks; then the old one drains and ends. Answers why not, where
   * the old one goes on.
   */
  async #replace(plugin: InstalledPlugin): Promise<string | undefined> {
    const record = this.#records.get(plugin.id);
    const former = record?.runtime;
    if (record === undefined || plugin.manifest === undefined || record.state !== 'active' || former === undefined) {
      return undefined;
    }
    if (isPlatform(plugin)) return 'It starts before the settings are read: the new version runs when the server is started again.';
    if ([...(plugin.manifest.provides ?? []), ...(record.installed.manifest?.provides ?? [])].length > 0) {
      // Two cannot provide one service at a time: those that take it end with the former version, and are activated again after this.
      await this.#deactivate(plugin.id, 'disabled');
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
    this.#findBlocking();
    await this.#drain(plugin.id);
    const problems = await former.deactivate();
    record.runtime = next;
    record.strikes.clear();
    this.#setState(record, 'active', problems);
    this.events.emit({ type: 'plugin', plugin: plugin.id, state: 'active' });
    return undefined;
  }

  async #drain(id: string): Promise<void> {
    await Promise.all(Object.values(this.hooks).map((hook) => hook.drain(id)));
  }

  async #deactivateAll(isMeant: (plugin: InstalledPlugin) => boolean): Promise<void> {
    for (const id of [...this.#active].reverse()) {
      const record = this.#records.get(id);
      if (record !== undefined && isMeant(record.installed)) await this.#deactivate(id, 'disabled');
    }
  }

  async #deactivate(id: string, next: 'disabled' | 'failed', why: readonly string[] = []): Promise<void> {
    const record = this.#records.get(id);
    if (record?.runtime === undefined) {
      return;
    }
    for (const dependant of [...this.#active].reverse()) {
      const other = this.#records.get(dependant)?.installed;
      if (dependant !== id && other !== undefined && dependsOn(other, record.installed)) {
        await this.#deactivate(dependant, 'failed', [`It needs ${id}, which is not active.`]);
      }
    }
    this.#setState(record, 'deactivating', record.problems);
    await this.doors.close(id);
    record.runtime.untap();
    await this.#drain(id);
    const problems = await record.runtime.deactivate();
    record.runtime = undefined;
    this.#active.splice(this.#active.indexOf(id), 1);
    this.#setState(record, next, [...why, ...problems]);
  }

  #setState(record: PluginRecord, state: PluginState, problems: readonly string[]): void {
    const isNew = record.state !== state;
    record.problems = problems;
    record.cause = undefined;
    record.state = state;
    this.#findBlocking();
    if (isNew) this.events.emit({ type: 'plugin', plugin: record.installed.id, state });
  }
}

/** Installed plugins whose manifests say that they provide it. */
