// A service that `uses` in a plugin's manifest names, at the moment of need: in a server and without one.
import type { PluginContext } from '../context.js';
import { PostroomError } from '../errors.js';
import type { ServiceId } from '../serviceId.js';

/** `undefined` where nobody provides it. */
export function ifProvided<T>(context: Pick<PluginContext, 'get'>, id: ServiceId<T>): T | undefined {
  try {
    return context.get(id);
  } catch (error) {
    if (error instanceof PostroomError && error.code === 'plugin/no-provider') return undefined;
    throw error;
  }
}
