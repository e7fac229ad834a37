// A plugin in the order of the start, for people. Pure.
import { groupBy } from '@postroom/sdk/base';
import type { StartedPlugin } from '@postroom/sdk/services';
import type { InstalledPlugin } from '../manifests/discovery.js';
import { isPlatform, requirementsOf } from '../services/servicePlan.js';
import type { ServiceRegistry } from '../services/serviceRegistry.js';

export function startedPlugin(plugin: InstalledPlugin, services: Pick<ServiceRegistry, 'has' | 'providerOf'>): StartedPlugin {
  const uses = (plugin.manifest?.uses ?? []).filter((service) => services.has(service));
  return {
    plugin: plugin.id,
    phase: isPlatform(plugin) ? 'before the settings' : 'after the settings',
    provides: (plugin.manifest?.provides ?? []).map(({ service, version }) => `${service} ${version}`).join(', '),
    requires: byProvider(
      requirementsOf(plugin).map(({ service }) => service),
      services,
    ),
    ...(uses.length > 0 && { uses: byProvider(uses, services) }),
  };
}

/** `acme.store: MailStore, Outbox; the host: Clock` */
function byProvider(names: readonly string[], services: Pick<ServiceRegistry, 'providerOf'>): string {
  const groups = groupBy(names, (service) => services.providerOf(service) ?? 'the host');
  return [...groups].map(([provider, each]) => `${provider}: ${each.join(', ')}`).join('; ');
}
