// A service that `uses` in a plugin's manifest names, for those who look at it at the moment of need.
import type { PluginContext } from '../context.js';
import type { ServiceId } from '../serviceId.js';

/** Answers the service as long as it is provided. In activate(). */
export function whileProvided<T>(context: Pick<PluginContext, 'use'>, id: ServiceId<T>): () => T | undefined {
  let service: T | undefined;
  context.use(id, (provided) => {
    service = provided;
    return {
      dispose: () => {
        service = undefined;
      },
    };
  });
  return () => service;
}
