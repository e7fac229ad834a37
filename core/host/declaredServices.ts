// What a plugin may take of services: what its manifest says, in a server and without one.
import { PostroomError } from '@postroom/sdk';
import type { ServiceId } from '@postroom/sdk/services';
import type { InstalledPlugin } from './discovery.js';
import { requirementsOf } from './servicePlan.js';

/** Throws `plugin/undeclared-service` unless "requires" names the service. */
export function mustRequire(plugin: InstalledPlugin, { serviceName }: Pick<ServiceId<unknown>, 'serviceName'>): void {
  if (requirementsOf(plugin).some(({ service }) => service === serviceName)) return;
  throw undeclaredService(plugin.id, `takes the service ${serviceName}, which "requires" in its manifest does not name`);
}

/** `what` follows the plugin's id. */
export function undeclaredService(plugin: string, what: string): PostroomError {
  return new PostroomError('plugin/undeclared-service', `${plugin} ${what}.`, { plugin });
}
