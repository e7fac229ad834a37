// A plugin of the product: its code runs inside the host, with a container of its own below the host's.
import { mkdir } from 'node:fs/promises';
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
  sentenceOf,
  type Tappable,
} from '@postroom/sdk';
import type { ServiceId } from '@postroom/sdk/services';
import { Container } from 'inversify';
import { DisposableStack } from '../base/disposables.js';
import { Log } from '../base/log.js';
import { SecretStore } from '../configuration/secretStore.js';
import { SettingsService } from '../configuration/settingsService.js';
import { HostHooks } from '../hooks.js';
import { PluginStates } from '../store/pluginStates.js';
import { CommandRegistry } from './commandRegistry.js';
import type { InstalledPlugin } from './discovery.js';
import { Doors } from './doors.js';
import { pluginMail } from './pluginMail.js';
import type { PluginRuntime } from './pluginRuntime.js';
import { pluginSecrets } from './pluginSecrets.js';

interface PluginModule {
  readonly activate?: Activate;
  readonly deactivate?: Deactivate;
}

export class InProcessPlugin implements PluginRuntime {
  readonly #taps: Disposable[] = [];
  readonly #stack = new DisposableStack();
  readonly #container: Container;
  #module: PluginModule | undefined;

  constructor(
    private readonly plugin: InstalledPlugin & { readonly manifest: PluginManifest },
    host: Container,
    private readonly storageRoot: string,
  ) {
    this.#container = new Container({ parent: host, defaultScope: 'Singleton' });
  }

  async activate(): Promise<void> {
    const { manifest, folder } = this.plugin;
    if (manifest.main === undefined) {
      return;
    }
    const storagePath = path.join(this.storageRoot, this.plugin.id);
    await mkdir(storagePath, { recursive: true, mode: 0o700 });
    this.#module = (await import(pathToFileURL(path.join(folder, manifest.main)).href)) as PluginModule;
    if (typeof this.#module.activate !== 'function') {
      throw new PostroomError('plugin/failed', `${this.plugin.id} exports no activate() from ${manifest.main}.`, {
        plugin: this.plugin.id,
      });
    }
    await this.#module.activate(this.#context(storagePath));
    const silent = (manifest.contributes?.taps ?? []).filter((tap) => !this.#tapped.has(`${tap.hook} ${tap.name}`));
    if (silent.length > 0) {
      throw new PostroomError(
        'plugin/failed',
        `${this.plugin.id} declares ${silent.map((tap) => tap.name).join(', ')} but activate() supplied no handler.`,
        { plugin: this.plugin.id },
      );
    }
  }

  untap(): void {
    for (const tap of this.#taps.splice(0)) {
      void tap.dispose();
    }
  }

  async deactivate(): Promise<readonly string[]> {
    const problems: string[] = [];
    try {
      await this.#module?.deactivate?.();
    } catch (error) {
      problems.push(`deactivate() failed: ${sentenceOf(error)}`);
    }
    problems.push(...(await this.#stack.disposeAll()));
    await this.#container.unbindAllAsync();
    return problems;
  }

  readonly #tapped = new Set<string>();

  #context(storagePath: string): PluginContext {
    const { id, manifest } = this.plugin;
    const get = <T>(service: ServiceId<T>): T => this.#container.get<T>(service as never);
    return Object.freeze({
      id,
      manifest,
      hooks: this.#hooks(get<HostHooks>(HostHooks)),
      settings: get(SettingsService).forPlugin(manifest),
      commands: {
        register: (command, handler) => {
          const registration = get(CommandRegistry).register(id, command, handler);
          this.#stack.use(registration);
          return registration;
        },
      },
      secrets: pluginSecrets(manifest, get(SecretStore)),
      state: get(PluginStates).forPlugin(id),
      mail: pluginMail(manifest, this.#container),
      log: get(Log).forSource(id),
      storagePath,
      subscriptions: { push: (...items: readonly Disposable[]) => this.#stack.push(...items) },
      listen: (listener) => void this.#stack.use(get(Doors).add(id, listener)),
      get,
    } satisfies PluginContext);
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
        const { id, manifest } = this.plugin;
        const declaration = manifest.contributes?.taps?.find((tap) => tap.hook === hook && tap.name === name);
        if (declaration === undefined) {
          throw new PostroomError('plugin/undeclared-tap', `${id} taps ${hook} as "${name}", which its manifest does not declare.`, {
            plugin: id,
          });
        }
        const disposable = hooks[hook].add({ plugin: id, declaration }, handler);
        this.#tapped.add(`${hook} ${name}`);
        this.#taps.push(disposable);
        return disposable;
      },
    };
  }
}
