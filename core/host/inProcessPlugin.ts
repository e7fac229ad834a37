// A plugin of the product: its code runs inside the host, with a container of its own below the host's.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type Activate,
  type Deactivate,
  type Disposable,
  type HookName,
  type Hooks,
  type PluginContext,
  type PluginManifest,
  PostroomError,
  type Settings,
  sentenceOf,
  type Tappable,
} from '@postroom/sdk';
import { cannotWrite, DisposableStack, isNoRoom, makeFolder } from '@postroom/sdk/base';
import type { ServiceId } from '@postroom/sdk/services';
import { Log, PluginStorages, SecretStore } from '@postroom/sdk/services';
import { Container } from 'inversify';
import { SettingsService } from '../configuration/inForce/settingsService.js';
import { HostHooks } from '../hooks.js';
import { CommandRegistry } from './commandRegistry.js';
import type { InstalledPlugin } from './discovery.js';
import { Doors } from './doors.js';
import { PATIENCE_MS, withPatience } from './patience.js';
import { pluginMail } from './pluginMail.js';
import type { PluginRuntime } from './pluginRuntime.js';
import { pluginSecrets } from './pluginSecrets.js';

export interface InProcessOptions {
  /** Where every plugin has its own folder to write in. */
  readonly storageRoot: string;
  /** Something that nobody waits for went wrong in the plugin's code. */
  readonly noteProblem: (plugin: string, sentence: string) => void;
  /** Milliseconds for activate() and for the end. */
  readonly patienceMs?: number | undefined;
}

interface PluginModule {
  readonly activate?: Activate;
  readonly deactivate?: Deactivate;
}

export class InProcessPlugin implements PluginRuntime {
  readonly #taps: Disposable[] = [];
  /** Taps to put into their hooks when activate() has ended. */
  readonly #waiting: (() => void)[] = [];
  #isActivating = true;
  readonly #stack = new DisposableStack();
  readonly #container: Container;
  readonly #patienceMs: number;
  #module: PluginModule | undefined;
  /** An activate() that was given up may wake up later: what it registers then would belong to nobody. */
  #isOver = false;

  constructor(
    private readonly plugin: InstalledPlugin & { readonly manifest: PluginManifest },
    host: Container,
    private readonly options: InProcessOptions,
  ) {
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
    this.#container = new Container({ parent: host, defaultScope: 'Singleton' });
  }

  async activate(): Promise<void> {
    const { manifest, folder } = this.plugin;
    if (manifest.main === undefined) {
      return;
    }
    const storagePath = path.join(this.options.storageRoot, this.plugin.id);
    await makeFolder(storagePath, 0o700).catch((error: unknown) => {
      // Mail has to be picked up and deleted on a full disk too: a plugin that keeps files hears of it when it writes one.
      if (!isNoRoom(error)) throw cannotWrite(storagePath, error, 'See to the permissions of the data folder.');
    });
    this.#module = (await import(pathToFileURL(path.join(folder, manifest.main)).href)) as PluginModule;
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
    this.#isActivating = false;
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
    if (this.#isActivating) {
      this.#waiting.push(open);
    } else {
      open();
    }
    const tap: Disposable = {
      dispose: () => {
        isWanted = false;
        return added?.dispose();
      },
    };
    this.#taps.push(tap);
    return tap;
  }

  untap(): void {
    for (const tap of this.#taps.splice(0)) {
      void tap.dispose();
    }
  }

  async deactivate(): Promise<readonly string[]> {
    const problems: string[] = [];
    this.#isOver = true;
    try {
      await this.#inTime(this.#module?.deactivate?.(), 'deactivate()');
    } catch (error) {
      problems.push(`deactivate() failed: ${sentenceOf(error)}`);
    }
    try {
      problems.push(...(await this.#inTime(this.#stack.disposeAll(), 'Disposing what it left in context.subscriptions')));
    } catch (error) {
      problems.push(sentenceOf(error));
    }
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
    const get = <T>(service: ServiceId<T>): T => this.#container.get<T>(service as never);
    return Object.freeze({
      id,
      manifest,
      hooks: this.#hooks(get<HostHooks>(HostHooks)),
      settings: this.#settings(get(SettingsService).forPlugin(manifest)),
      commands: {
        register: (command, handler) => {
          this.#mustLive();
          const registration = get(CommandRegistry).register(id, command, handler);
          this.#stack.use(registration);
          return registration;
        },
      },
      secrets: pluginSecrets(manifest, get(SecretStore), get(SettingsService)),
      state: get(PluginStorages).forPlugin(id),
      mail: pluginMail(manifest, this.#container),
      log: get(Log).forSource(id),
      storagePath,
      subscriptions: { push: (...items: readonly Disposable[]) => this.#own(...items) },
      listen: (listener) => {
        this.#mustLive();
        this.#stack.use(get(Doors).add(id, listener));
      },
      get,
    } satisfies PluginContext);
  }

  /** What comes after the end goes at once. */
  #own(...items: readonly Disposable[]): void {
    this.#stack.push(...items);
    if (this.#isOver) {
      void this.#stack.disposeAll();
    }
  }

  /** A listener that throws is a fact about this plugin; the others hear of the change all the same. */
  #settings(settings: Settings): Settings {
    const { id } = this.plugin;
    const onDidChange: Settings['onDidChange'] = (keys, listener) =>
      settings.onDidChange(keys, () => {
        try {
          listener();
        } catch (error) {
          this.options.noteProblem(id, `${id} could not follow a change of its settings: ${sentenceOf(error)}`);
        }
      });
    return Object.freeze<Settings>({
      get: (key) => settings.get(key),
      forAccount: (account, key) => settings.forAccount(account, key),
      forUser: (account, user, key) => settings.forUser(account, user, key),
      onDidChange,
    });
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
        return this.#tap(() => hooks[hook].add({ plugin: id, declaration }, handler));
      },
    };
  }
}
