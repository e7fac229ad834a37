// Makes the names of services, which inject them where they decorate a parameter.
import type { ServiceId } from '../serviceId.js';

type Injector = (target: object, index: number, id: ServiceId<unknown>) => void;
const none: Injector = () => {
  throw new Error('createServiceId: no host has set how services are injected.');
};
let injector = none;

/** For the host: how a service id used as a decorator is remembered. */
export function setServiceInjector(inject: Injector): void {
  injector = inject;
}

/** For the test host: whether a host has been loaded into this process. */
export function hasServiceInjector(): boolean {
  return injector !== none;
}

/**
 * Makes a service id. Two calls make two services, even with the same name. `version`: of the contract; it grows by semantic versioning when the contract
 * does, and providers say which one they keep.
 */
export function createServiceId<T>(serviceName: string, version = '1.0.0'): ServiceId<T> {
  const id = ((target: object, _key: undefined, index: number) =>
    injector(target, index, id as ServiceId<unknown>)) as unknown as ServiceId<T>;
  Object.defineProperties(id, { serviceName: { value: serviceName }, version: { value: version } });
  return id;
}
