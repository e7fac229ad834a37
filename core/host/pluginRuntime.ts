// A plugin that has been brought to life: its module, the context that this gets, and what it registered.
import path from 'node:path';
import {
  type Disposable,
  type HookName,
  type Hooks,
  type PluginContext,
  type PluginManifest,
  type PluginStorage,
  PostroomError,
  sentenceOf,
  type Tappable,
} from '@postroom/sdk';
import { cannotWrite, DisposableStack, isNoRoom, makeFolder } from '@postroom/sdk/base';
import { Log, PluginCatalogue, PluginStorages, SecretStore, type ServiceId, SettingsService } from '@postroom/sdk/services';
import { Container } from 'inversify';
import { service } from '../base/bindings.js';
import { HostSettings } from '../configuration/inForce/hostSettings.js';
import { HostHooks } from '../hooks.js';
import type { BootState } from './bootState.js';
import { CommandRegistry } from './commandRegistry.js';
import { mustDeclare, mustUse, notProvided, undeclaredService } from './declaredServices.js';
import { type InstalledPlugin, runsInHost } from './discovery.js';
import { Doors } from './doors.js';
import { PATIENCE_MS, withPatience } from './patience.js';
import { pluginMail } from './pluginMail.js';
import type { ModuleLoader, PluginModule } from './pluginModule.js';
import { pluginSecrets } from './pluginSecrets.js';
import { pluginSettings } from './pluginSettings.js';
import { isPlatform } from './servicePlan.js';
import type { ServiceRegistry } from './serviceRegistry.js';

export interface RuntimeOptions {
  readonly load: ModuleLoader;
  /** Where every plugin has its own folder to write in. */
  readonly storageRoot: string;
  /** Something went wrong in the plugin's code that no call waits for. */
  readonly noteProblem: (plugin: string, sentence: string) => void;
  /** Milliseconds for activate() and for the end of code inside the host. */
  readonly patienceMs?: number | undefined;
  readonly services: ServiceRegistry;
  readonly boot: BootState;
}

async function makeStorage(folder: string): Promise<void> {
  await makeFolder(folder, 0o700).catch((error: unknown) => {
    // Mail has to be picked up and deleted on a full disk too: a plugin that keeps files hears of it when it writes one.
    if (!isNoRoom(error)) throw cannotWrite(folder, error, 'See to the permissions of the data folder.');
  });
}

export class PluginRuntime {
  readonly #taps: Disposable[] = [];
  /** Taps to put into their hooks when activate() has ended. */
  readonly #waiting: (() => void)[] = [];
  #isActivating = true;
  /** Its taps were taken out of the hooks. */
  #isUntapped = false;
  readonly #stack = new DisposableStack();
  readonly #container: Container;
  readonly #patienceMs: number | undefined;
  #module: PluginModule | undefined;
  /** An activate() that was given up may go on later: what it registers then is refused. */
  #isOver = false;

  constructor(
    private readonly plugin: InstalledPlugin & { readonly manifest: PluginManifest },
    host: Container,
    private readonly options: RuntimeOptions,
  ) {
    // A store may have to bring a large database up to date, without which nothing can start. An isolated module comes to an end by itself: of its time not
    // all counts.
    this.#patienceMs = isPlatform(plugin) || !runsInHost(plugin) ? undefined : (options.patienceMs ?? PATIENCE_MS);
    this.#container = new Container({ parent: host, defaultScope: 'Singleton' });
  }

  /**
   * Loads the code and calls its activate(). Rejects with the reason. `instead`: the former version, whose taps leave the hooks in the moment in which the
   * new ones come; it is left as it was where this rejects.
   */
  async activate(instead?: PluginRuntime): Promise<void> {
    const { manifest } = this.plugin;
    if (manifest.main === undefined) {
      instead?.untap();
      return;
    }
    const storagePath = path.join(this.options.storageRoot, this.plugin.id);
    // The store has to lock the data folder before anything is written there.
    if (!isPlatform(this.plugin)) await makeStorage(storagePath);
    this.#module = await this.options.load(this.plugin);
    if (typeof this.#module.activate !== 'function') {
      throw new PostroomError('plugin/failed', `${this.plugin.id} exports no activate() from ${manifest.main}.`, {
        plugin: this.plugin.id,
      });
    }
    await this.#inTime(this.#module.activate(this.#context(storagePath)), 'activate()');
    const silent = (manifest.contributes?.taps ?? []).filter((tap) => !this.#tapped.has(`${tap.hook} ${tap.name}`));
    if (silent.length > 0) {
      throw new PostroomError(
        'plugin/failed',
        `${this.plugin.id} declares ${silent.map((tap) => tap.name).join(', ')} but activate() supplied no handler.`,
        { plugin: this.plugin.id },
      );
    }
    const lacking = (manifest.provides ?? []).filter(({ service }) => this.options.services.providerOf(service) !== this.plugin.id);
    if (lacking.length > 0) {
      const names = lacking.map(({ service }) => service).join(', ');
      throw new PostroomError('plugin/failed', `${this.plugin.id} declares that it provides ${names}, and activate() did not.`, {
        plugin: this.plugin.id,
      });
    }
    this.#isActivating = false;
    // In one go, so that no message meets both versions or half of one.
    instead?.untap();
    for (const open of this.#waiting.splice(0)) {
      open();
    }
  }

  /** While activate() runs taps wait for each other: a message meets all of a plugin's taps or none. */
  #tap(add: () => Disposable): Disposable {
    let added: Disposable | undefined;
    let isWanted = true;
    const open = (): void => {
      added = isWanted ? add() : undefined;
    };
    if (this.#isActivating) this.#waiting.push(open);
    else if (!this.#isUntapped) open();
    const tap: Disposable = {
      dispose: () => {
        isWanted = false;
        return added?.dispose();
      },
    };
    this.#taps.push(tap);
    return tap;
  }

  /** Takes the plugin's taps out of the hooks, for good; calls already inside go on. */
  untap(): void {
    this.#isUntapped = true;
    for (const tap of this.#taps.splice(0)) {
      void tap.dispose();
    }
  }

  /** Calls deactivate() and disposes everything, last-in-first-out. Collects problems instead of stopping at the first. */
  async deactivate(): Promise<readonly string[]> {
    const problems: string[] = [];
    this.#isOver = true;
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
    await this.#container.unbindAllAsync();
    return problems;
  }

  #inTime<T>(work: T | Promise<T>, what: string): Promise<T> {
    return withPatience(work, what, this.#patienceMs, this.plugin.id);
  }

  #mustLive(): void {
    if (this.#isOver) {
      throw new PostroomError('plugin/failed', `${this.plugin.id} is not active any more.`, { plugin: this.plugin.id });
    }
  }

  readonly #tapped = new Set<string>();

  #context(storagePath: string): PluginContext {
    const { id, manifest } = this.plugin;
    const get = <T>(id: ServiceId<T>): T => service(this.#container, id);
    const states = (): PluginStorage => get(PluginStorages).forPlugin(id);
    return Object.freeze({
      id,
      manifest,
      hooks: this.#hooks(get<HostHooks>(HostHooks)),
      settings: pluginSettings(manifest, this.options.boot, () => get(HostSettings), this.options.noteProblem),
      commands: {
        register: (command, handler) => {
          this.#mustLive();
          const registration = get(CommandRegistry).register(id, command, handler);
          this.#stack.use(registration);
          return registration;
        },
      },
      secrets: { get: (key, account) => pluginSecrets(manifest, get(SecretStore), get(SettingsService)).get(key, account) },
      state: {
        get: (key) => states().get(key),
        set: (key, value, expires) => states().set(key, value, expires),
        delete: (key) => states().delete(key),
        keys: (prefix) => states().keys(prefix),
      },
      mail: pluginMail(manifest, this.#container),
      log: get(Log).forSource(id),
      folder: this.plugin.folder,
      storagePath,
      subscriptions: { push: (...items: readonly Disposable[]) => this.#own(...items) },
      listen: (listener) => {
        this.#mustLive();
        this.#stack.use(get(Doors).add(id, listener));
      },
      get: (id) => this.#required(id),
      use: (id, take) => this.#use(id, take),
      provide: (id, provided) => this.#provide(id, provided),
    } satisfies PluginContext);
  }

  #required<T>(id: ServiceId<T>): T {
    mustDeclare(this.plugin, id);
    if (!this.options.services.has(id.serviceName)) throw notProvided(id, service(this.#container, PluginCatalogue).plugins);
    return service(this.#container, id);
  }

  /** What goes wrong with it is this plugin's problem, not the provider's. */
  #use<T>(id: ServiceId<T>, take: (service: T) => Disposable): Disposable {
    this.#mustLive();
    mustUse(this.plugin, id);
    const note = (error: unknown): void =>
      this.options.noteProblem(this.plugin.id, `Using the service ${id.serviceName} failed: ${sentenceOf(error)}`);
    const takeGuarded = (provided: T): Disposable => {
      try {
        const held = take(provided);
        return {
          dispose: async () =>
            Promise.resolve()
              .then(() => held.dispose())
              .catch(note),
        };
      } catch (error) {
        note(error);
        return { dispose: () => undefined };
      }
    };
    return this.#stack.use(this.options.services.use(id, takeGuarded));
  }

  #provide<T>(id: ServiceId<T>, provided: T): void {
    this.#mustLive();
    const declared = this.plugin.manifest.provides?.find(({ service: name }) => name === id.serviceName);
    if (declared === undefined) {
      throw undeclaredService(this.plugin.id, `provides the service ${id.serviceName}, which "provides" in its manifest does not name`);
    }
    if (!this.#isActivating) throw undeclaredService(this.plugin.id, `provides the service ${id.serviceName} after activate() has ended`);
    this.options.services.provide(this.plugin.id, id, declared.version, provided);
  }

  /** What comes after the end goes at once. */
  #own(...items: readonly Disposable[]): void {
    this.#stack.push(...items);
    if (this.#isOver) {
      void this.#stack.disposeAll();
    }
  }

  #hooks(hooks: HostHooks): Hooks {
    return Object.freeze({
      onSchedule: this.#tappable('onSchedule', hooks),
      onLicenseCheck: this.#tappable('onLicenseCheck', hooks),
      onFetch: this.#tappable('onFetch', hooks),
      onSort: this.#tappable('onSort', hooks),
      onDeliver: this.#tappable('onDeliver', hooks),
    }) as Hooks;
  }

  #tappable(hook: HookName, hooks: HostHooks): Tappable<never> {
    return {
      tap: (name, handler) => {
        this.#mustLive();
        const { id, manifest } = this.plugin;
        const declaration = manifest.contributes?.taps?.find((tap) => tap.hook === hook && tap.name === name);
        if (declaration === undefined) {
          throw new PostroomError('plugin/undeclared-tap', `${id} taps ${hook} as "${name}", which its manifest does not declare.`, {
            plugin: id,
          });
        }
        this.#tapped.add(`${hook} ${name}`);
        const isIsolated = !runsInHost(this.plugin);
        return this.#tap(() => hooks[hook].add({ plugin: id, declaration, concurrent: isIsolated, keepsTime: isIsolated }, handler));
      },
    };
  }
}
