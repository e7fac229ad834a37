// The services of plugins: handed over by activate(), taken by others, withdrawn when their provider ends.
import { type Disposable, PostroomError } from '@postroom/sdk';
import type { ServiceId } from '@postroom/sdk/services';
import type { Container } from 'inversify';
import semver from 'semver';
import { type Bound, boundServices, service } from '../../base/bindings.js';

/** Who works with a service while there is one. */
interface ServiceUse {
  readonly service: string;
  readonly take: (provided: unknown) => Disposable;
  /** What it took hold of. */
  held: Disposable | undefined;
}

export class ServiceRegistry {
  /** By the service's name. */
  readonly #provided = new Map<string, { readonly plugin: string; readonly id: ServiceId<unknown> }>();
  /** In the order in which they asked. */
  readonly #uses = new Set<ServiceUse>();

  constructor(private readonly container: Container) {}

  /** The host's own: names with the versions of their contracts. */
  get host(): ReadonlyMap<string, string> {
    return boundServices(this.container);
  }

  /** Whether the host or a plugin provides it now. */
  has(service: string): boolean {
    return this.#provided.has(service) || this.host.has(service);
  }

  /** The service. Throws `plugin/no-provider` where there is none. */
  get<T>(id: Bound<T>): T {
    return service(this.container, id);
  }

  /** The plugin that provides it now. */
  providerOf(service: string): string | undefined {
    return this.#provided.get(service)?.plugin;
  }

  /**
   * Takes a service from a plugin. `version`: the one that its manifest declares. Throws `plugin/not-allowed` where another plugin provides it, or where the
   * contract of this server is another one.
   */
  provide<T>(plugin: string, service: ServiceId<T>, version: string, provided: T): void {
    const { serviceName } = service;
    const other = this.providerOf(serviceName);
    if (other !== undefined || this.container.isBound(service as never)) {
      const by = other === plugin ? 'already' : `, and so does ${other ?? 'Postroom itself'}`;
      throw new PostroomError('plugin/not-allowed', `${plugin} provides the service ${serviceName}${by === 'already' ? ' twice' : by}.`, {
        plugin,
      });
    }
    if (!semver.satisfies(version, `^${service.version}`)) {
      throw new PostroomError(
        'plugin/not-allowed',
        `${plugin} provides ${serviceName} ${version}; this server works with ${service.version}. Install a version of the plugin for this server.`,
        { plugin },
      );
    }
    this.container.bind(service as never).toConstantValue(provided as never);
    this.#provided.set(serviceName, { plugin, id: service as ServiceId<unknown> });
    for (const use of this.#uses) if (use.service === serviceName) use.held = use.take(provided);
  }

  /** Calls `take` at once where the service is provided, and each time that it comes. `take` throws nothing, and what it answers is disposed without a throw. */
  use<T>(id: ServiceId<T>, take: (provided: T) => Disposable): Disposable {
    const use: ServiceUse = { service: id.serviceName, take: (provided) => take(provided as T), held: undefined };
    this.#uses.add(use);
    if (this.has(use.service)) use.held = use.take(this.get(id));
    return {
      dispose: () => {
        this.#uses.delete(use);
        return letGo(use);
      },
    };
  }

  /** Before a plugin ends: who uses its services lets go of them. Those that require them have ended already. */
  async release(plugin: string): Promise<void> {
    for (const use of this.#uses) if (this.providerOf(use.service) === plugin) await letGo(use);
  }

  /** Withdraws all that a plugin provides. */
  withdraw(plugin: string): void {
    for (const [name, { plugin: provider, id }] of this.#provided) {
      if (provider !== plugin) continue;
      this.#provided.delete(name);
      this.container.unbind(id as never);
    }
  }
}

async function letGo(use: ServiceUse): Promise<void> {
  const { held } = use;
  use.held = undefined;
  await held?.dispose();
}
