// What a plugin takes of services, and what it provides: both only as its manifest says.
import { type Disposable, type PluginContext, sentenceOf } from '@postroom/sdk';
import { PluginCatalogue, type ServiceId } from '@postroom/sdk/services';
import { mustDeclare, mustUse, notProvided, undeclaredService } from '../services/declaredServices.js';
import type { ServiceRegistry } from '../services/serviceRegistry.js';
import type { ReadablePlugin } from './pluginModule.js';

export class PluginServices implements Pick<PluginContext, 'get' | 'provide' | 'use'> {
  #isOpen = true;

  constructor(
    private readonly plugin: ReadablePlugin,
    private readonly services: ServiceRegistry,
    private readonly noteProblem: (plugin: string, sentence: string) => void,
  ) {}

  /** Declared, and not provided so far. */
  get lacking(): readonly string[] {
    const names = (this.plugin.manifest.provides ?? []).map(({ service }) => service);
    return names.filter((name) => this.services.providerOf(name) !== this.plugin.id);
  }

  /** What the plugin provides later is refused. */
  close(): void {
    this.#isOpen = false;
  }

  get<T>(id: ServiceId<T>): T {
    mustDeclare(this.plugin, id);
    if (!this.services.has(id.serviceName)) throw notProvided(id, this.services.get(PluginCatalogue).plugins);
    return this.services.get(id);
  }

  /** What goes wrong with it is this plugin's problem, not the provider's. */
  use<T>(id: ServiceId<T>, take: (service: T) => Disposable): Disposable {
    mustUse(this.plugin, id);
    const note = (error: unknown): void =>
      this.noteProblem(this.plugin.id, `Using the service ${id.serviceName} failed: ${sentenceOf(error)}`);
    return this.services.use(id, (provided) => {
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
    });
  }

  provide<T>(id: ServiceId<T>, provided: T): void {
    const { id: plugin, manifest } = this.plugin;
    const declared = manifest.provides?.find(({ service: name }) => name === id.serviceName);
    if (declared === undefined) {
      throw undeclaredService(plugin, `provides the service ${id.serviceName}, which "provides" in its manifest does not name`);
    }
    if (!this.#isOpen) throw undeclaredService(plugin, `provides the service ${id.serviceName} after activate() has ended`);
    this.services.provide(plugin, id, declared.version, provided);
  }
}
