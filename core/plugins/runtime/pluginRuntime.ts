// A plugin that has been brought to life: its module, the context that this gets, and what it registered.
import path from 'node:path';
import { type Disposable, type MailSender, type PluginContext, type PluginStorage, PostroomError, sentenceOf } from '@postroom/sdk';
import { cannotWrite, DisposableStack, isNoRoom, makeFolder } from '@postroom/sdk/base';
import { createServiceId, Log, PluginStorages, SecretStore, SettingsService } from '@postroom/sdk/services';
import { HostSettings } from '../../configuration/inForce/hostSettings.js';
import { HostHooks } from '../../hooks/hooks.js';
import { CommandRegistry } from '../contributions/commandRegistry.js';
import { Ports } from '../contributions/ports.js';
import { runsInHost } from '../manifests/discovery.js';
import { isPlatform } from '../services/servicePlan.js';
import type { ServiceRegistry } from '../services/serviceRegistry.js';
import type { BootState } from '../start/bootState.js';
import { LIFECYCLE_TIMEOUT_MS, withTimeout } from './lifecycleTimeout.js';
import type { ModuleLoader, PluginModule, ReadablePlugin } from './pluginModule.js';
import { pluginSecrets } from './pluginSecrets.js';
import { PluginServices } from './pluginServices.js';
import { pluginSettings } from './pluginSettings.js';
import { PluginTaps } from './pluginTaps.js';

/** Makes what runs of a plugin. */
export type RuntimeFactory = (plugin: ReadablePlugin) => PluginRuntime;
export const RuntimeFactory = createServiceId<RuntimeFactory>('RuntimeFactory');

export interface RuntimeOptions {
  readonly load: ModuleLoader;
  /** Where every plugin has its own folder to write in. */
  readonly storageRoot: string;
  /** Something went wrong in the plugin's code that no call waits for. */
  readonly noteProblem: (plugin: string, sentence: string) => void;
  readonly mailSender: (plugin: ReadablePlugin) => MailSender;
  /** Milliseconds for activate() and for the end of code inside the host. */
  readonly timeoutMs?: number | undefined;
  readonly services: ServiceRegistry;
  readonly boot: BootState;
}

export class PluginRuntime {
  readonly #taps: PluginTaps;
  readonly #services: PluginServices;
  readonly #stack = new DisposableStack();
  readonly #timeoutMs: number | undefined;
  #module: PluginModule | undefined;
  #phase: 'activating' | 'active' | 'over' = 'activating';

  constructor(
    private readonly plugin: ReadablePlugin,
    private readonly options: RuntimeOptions,
  ) {
    this.#services = new PluginServices(plugin, options.services, options.noteProblem);
    // A store may have to bring a large database up to date, without which nothing can start. An isolated module comes to an end by itself: of its time not
    // all counts.
    this.#timeoutMs = isPlatform(plugin) || !runsInHost(plugin) ? undefined : (options.timeoutMs ?? LIFECYCLE_TIMEOUT_MS);
    this.#taps = new PluginTaps(plugin, options.services.get<HostHooks>(HostHooks), () => this.#mustLive());
  }

  /**
   * Loads the code and calls its activate(). Rejects with the reason. `instead`: the former version, whose taps leave the hooks in the moment in which the
   * new ones come; it is left as it was where this rejects.
   */
  async activate(instead?: PluginRuntime): Promise<void> {
    const { id, manifest } = this.plugin;
    if (manifest.main !== undefined) {
      const storagePath = path.join(this.options.storageRoot, id);
      // The store has to lock the data folder before anything is written there.
      if (!isPlatform(this.plugin)) await makeStorage(storagePath);
      this.#module = await this.options.load(this.plugin);
      if (typeof this.#module.activate !== 'function') throw this.#failed(`exports no activate() from ${manifest.main}.`);
      await this.#inTime(this.#module.activate(this.#context(storagePath)), 'activate()');
      this.#mustHaveSupplied();
    }
    this.#phase = 'active';
    this.#services.close();
    // In one go, so that no message meets both versions or half of one.
    instead?.untap();
    this.#taps.open();
  }

  /** Takes the plugin's taps out of the hooks, for good; calls already inside go on. */
  untap(): void {
    this.#taps.close();
  }

  /** Calls deactivate() and disposes everything, last-in-first-out. Collects problems instead of stopping at the first. */
  async deactivate(): Promise<readonly string[]> {
    const problems: string[] = [];
    // An activate() that was given up may go on later: what it registers then is refused.
    this.#phase = 'over';
    await this.options.services.release(this.plugin.id);
    try {
      const told = await this.#inTime(this.#module?.deactivate?.(), 'deactivate()');
      if (Array.isArray(told)) problems.push(...told.map(String));
    } catch (error) {
      problems.push(`deactivate() failed: ${sentenceOf(error)}`);
    }
    try {
      problems.push(...(await this.#inTime(this.#stack.disposeAll(), 'Disposing what it left in context.subscriptions')));
    } catch (error) {
      problems.push(sentenceOf(error));
    }
    this.options.services.withdraw(this.plugin.id);
    return problems;
  }

  /** What the manifest declares, activate() has to bring. */
  #mustHaveSupplied(): void {
    const { silent } = this.#taps;
    if (silent.length > 0) throw this.#failed(`declares ${silent.map(({ name }) => name).join(', ')} but activate() supplied no handler.`);
    const { lacking } = this.#services;
    if (lacking.length > 0) throw this.#failed(`declares that it provides ${lacking.join(', ')}, and activate() did not.`);
  }

  #inTime<T>(work: T | Promise<T>, what: string): Promise<T> {
    return withTimeout(work, what, this.#timeoutMs, this.plugin.id);
  }

  #mustLive(): void {
    if (this.#phase === 'over') throw this.#failed('is not active any more.');
  }

  /** `what` follows the plugin's id. */
  #failed(what: string): PostroomError {
    return new PostroomError('plugin/failed', `${this.plugin.id} ${what}`, { plugin: this.plugin.id });
  }

  #context(storagePath: string): PluginContext {
    const { id, manifest, folder } = this.plugin;
    const { services, boot, noteProblem, mailSender } = this.options;
    const states = (): PluginStorage => services.get(PluginStorages).forPlugin(id);
    return Object.freeze({
      id,
      manifest,
      hooks: this.#taps.forPlugin,
      settings: pluginSettings(manifest, boot, () => services.get(HostSettings), noteProblem),
      commands: {
        register: (command, handler) => {
          this.#mustLive();
          return this.#stack.use(services.get(CommandRegistry).register(id, command, handler));
        },
      },
      secrets: {
        get: (key, account) => pluginSecrets(manifest, services.get(SecretStore), services.get(SettingsService)).get(key, account),
      },
      state: {
        get: (key) => states().get(key),
        set: (key, value, expires) => states().set(key, value, expires),
        update: (key, change, expires) => states().update(key, change, expires),
        delete: (key) => states().delete(key),
        keys: (prefix) => states().keys(prefix),
      },
      mail: mailSender(this.plugin),
      log: services.get(Log).forSource(id),
      folder,
      storagePath,
      subscriptions: { push: (...items: readonly Disposable[]) => this.#own(...items) },
      listen: (listener) => {
        this.#mustLive();
        this.#stack.use(services.get(Ports).add(id, listener));
      },
      get: (service) => this.#services.get(service),
      use: (service, take) => {
        this.#mustLive();
        return this.#stack.use(this.#services.use(service, take));
      },
      provide: (service, provided) => {
        this.#mustLive();
        this.#services.provide(service, provided);
      },
    } satisfies PluginContext);
  }

  /** What comes after the end goes at once. */
  #own(...items: readonly Disposable[]): void {
    this.#stack.push(...items);
    if (this.#phase === 'over') void this.#stack.disposeAll();
  }
}

async function makeStorage(folder: string): Promise<void> {
  await makeFolder(folder, 0o700).catch((error: unknown) => {
    // Mail has to be picked up and deleted on a full disk too: a plugin that keeps files hears of it when it writes one.
    if (!isNoRoom(error)) throw cannotWrite(folder, error, 'See to the permissions of the data folder.');
  });
}
