// What a plugin may take of services: what its manifest says, in a server and without one.
import { PostroomError } from '@postroom/sdk';
import type { PluginCatalogue, ServiceId } from '@postroom/sdk/services';
import type { InstalledPlugin } from '../manifests/discovery.js';
import { requirementsOf } from './servicePlan.js';

type Named = Pick<ServiceId<unknown>, 'serviceName'>;

/** Throws `plugin/undeclared-service` unless "requires" or "uses" names the service. */
export function mustDeclare(plugin: InstalledPlugin, { serviceName }: Named): void {
  if (mayUse(plugin, serviceName) || requirementsOf(plugin).some(({ service }) => service === serviceName)) return;
  throw undeclaredService(plugin.id, `takes the service ${serviceName}, which "requires" in its manifest does not name`);
}

/** Throws `plugin/undeclared-service` unless "uses" names the service. */
export function mustUse(plugin: InstalledPlugin, { serviceName }: Named): void {
  if (mayUse(plugin, serviceName)) return;
  throw undeclaredService(plugin.id, `uses the service ${serviceName}, which "uses" in its manifest does not name`);
}

function mayUse({ manifest }: InstalledPlugin, serviceName: string): boolean {
  return manifest?.uses?.includes(serviceName) === true;
}

/** For a service that a plugin uses and nobody provides at the moment: who would, and the way there. */
export function notProvided({ serviceName }: Named, plugins: PluginCatalogue['plugins']): PostroomError {
  const provider = plugins.find(({ manifest }) => manifest?.provides?.some(({ service }) => service === serviceName));
  const why =
    provider === undefined
      ? 'no installed plugin provides it.'
      : provider.state === 'failed'
        ? `${provider.id}, which provides it, failed: ${provider.problems.join(' ')}`
        : `${provider.id}, which provides it, is ${provider.state}. To switch it on: postroom plugins enable ${provider.id}`;
  return new PostroomError('plugin/no-provider', `The service ${serviceName} is not there: ${why}`, { service: serviceName });
}

/** `what` follows the plugin's id. */
export function undeclaredService(plugin: string, what: string): PostroomError {
  return new PostroomError('plugin/undeclared-service', `${plugin} ${what}.`, { plugin });
}
