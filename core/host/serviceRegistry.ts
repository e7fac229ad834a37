// The services of plugins: handed over by activate(), taken by others, withdrawn when their provider ends.
import { PostroomError } from '@postroom/sdk';
import type { ServiceId } from '@postroom/sdk/services';
import type { Container } from 'inversify';
import semver from 'semver';
import { type Bound, boundServices, service } from '../base/bindings.js';

export class ServiceRegistry {
  /** By the service's name. */
  readonly #provided = new Map<string, { readonly plugin: string; readonly id: ServiceId<unknown> }>();
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
