// Makes the names of services, which inject them where they decorate a parameter.
import type { ServiceId } from '../serviceId.js';

type Injector = (target: object, index: number, id: ServiceId<unknown>) => void;
let injector: Injector = () => {
  throw new Error('createServiceId: no host has set how services are injected.');
};

/** For the host: how a service id used as a decorator is remembered. */
export function setServiceInjector(inject: Injector): void {
  injector = inject;
}

/** Makes a service id. Two calls make two services, even with the same name. */
export function createServiceId<T>(serviceName: string): ServiceId<T> {
  const id = ((target: object, _key: undefined, index: number) =>
    injector(target, index, id as ServiceId<unknown>)) as unknown as ServiceId<T>;
  Object.defineProperty(id, 'serviceName', { value: serviceName });
  return id;
}
