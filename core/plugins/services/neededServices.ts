// Services that the host cannot do without, and why one of them is missing. Pure.
import { PostroomError } from '@postroom/sdk';
import type { ServiceId } from '@postroom/sdk/services';
import type { InstalledPlugin } from '../manifests/discovery.js';
import type { PluginRecord, PluginRecords } from '../pluginRecords.js';

export class NeededServices {
  constructor(
    private readonly installed: readonly InstalledPlugin[],
    private readonly records: Pick<PluginRecords, 'get'>,
  ) {}

  /** Of services that are missing, the one to tell of: whose provider was tried and failed says why the others were not tried. */
  firstMissing(missing: readonly ServiceId<unknown>[]): ServiceId<unknown> | undefined {
    return missing.find((id) => this.hasThrown(id)) ?? missing[0];
  }

  /** Whether a provider was tried, and its activate() failed. */
  hasThrown(id: ServiceId<unknown>): boolean {
    return this.#failed(id).some(({ error }) => error !== undefined);
  }

  /** Throws what kept the service's provider from being activated. */
  refuse(id: ServiceId<unknown>): never {
    const failed = this.#failed(id);
    const [first] = failed;
    if (first?.error instanceof PostroomError) throw first.error;
    const why = failed.map((record) => `${record.installed.id} failed: ${record.problems.join(' ')}`);
    throw new PostroomError(
      'plugin/no-provider',
      `Postroom cannot start without the service ${id.serviceName}. ${why.length > 0 ? why.join(' ') : this.#couldBe(id)}`,
      { service: id.serviceName },
      { cause: first?.error },
    );
  }

  #couldBe(id: ServiceId<unknown>): string {
    const providers = this.#providers(id).map((plugin) => plugin.id);
    if (providers.length === 0) return 'No installed plugin provides it.';
    return `${providers.join(' or ')} would, if "enabled" in boot.json named it, and "disabled" did not.`;
  }

  #providers({ serviceName }: ServiceId<unknown>): readonly InstalledPlugin[] {
    return this.installed.filter(({ manifest }) => manifest?.provides?.some(({ service }) => service === serviceName));
  }

  #failed(id: ServiceId<unknown>): readonly PluginRecord[] {
    return this.#providers(id)
      .flatMap((plugin) => this.records.get(plugin.id) ?? [])
      .filter(({ state }) => state === 'failed');
  }
}
