// A plugin in the order of the start, for people. Pure.
import { groupBy } from '@postroom/sdk/base';
import type { StartedPlugin } from '@postroom/sdk/services';
import type { InstalledPlugin } from './discovery.js';
import type { Requirement } from './requirement.js';
import { isPlatform, requirementsOf } from './servicePlan.js';
import type { ServiceRegistry } from './serviceRegistry.js';

export function startedPlugin(plugin: InstalledPlugin, services: Pick<ServiceRegistry, 'providerOf'>): StartedPlugin {
  return {
    plugin: plugin.id,
    phase: isPlatform(plugin) ? 'before the settings' : 'after the settings',
    provides: (plugin.manifest?.provides ?? []).map(({ service, version }) => `${service} ${version}`).join(', '),
    requires: byProvider(requirementsOf(plugin), services),
  };
}

/** `acme.store: MailStore, Outbox; the host: Clock` */
function byProvider(required: readonly Requirement[], services: Pick<ServiceRegistry, 'providerOf'>): string {
  const groups = groupBy(required, ({ service }) => services.providerOf(service) ?? 'the host');
  return [...groups].map(([provider, each]) => `${provider}: ${each.map(({ service }) => service).join(', ')}`).join('; ');
}
