// Binding services by their typed ids: inversify does not know ServiceId, so its types stop here.
import { PostroomError } from '@postroom/sdk';
import type { ServiceId } from '@postroom/sdk/services';
import type { Container } from 'inversify';

type Class<T> = abstract new (...args: never[]) => T;

/** What a service is bound by: the SDK's id or the host's own, or the class itself where there is one only. */
export type Bound<T> = ServiceId<T> | Class<T>;

/** By container: the versions of the host's own services, by name. */
const bound = new WeakMap<Container, Map<string, string>>();

/** Names of the services that the host itself bound, with the versions of their contracts. */
export function boundServices(container: Container): ReadonlyMap<string, string> {
  return bound.get(container) ?? new Map();
}

function note(container: Container, { serviceName, version }: ServiceId<unknown>): void {
  const names = bound.get(container) ?? new Map<string, string>();
  bound.set(container, names.set(serviceName, version));
}

/** A value that is there already. */
export function bindValue<T>(container: Container, id: Bound<T>, value: T): void {
  container.bind(id as never).toConstantValue(value as never);
  if ('serviceName' in id) note(container, id);
}

/** A class that the container makes when it is first asked for, once. */
export function bindClass<T>(container: Container, id: ServiceId<T>, made: Class<T>): void {
  container.bind(id as never).to(made as never);
  note(container, id);
}

/** A class that is its own id. The container makes it when it is first asked for, once. */
export function bindSelf(container: Container, made: Class<unknown>): void {
  container.bind(made as never).toSelf();
}

/** The service, made if need be; of a class that is its own id, the one that there is. Throws `plugin/no-provider` where there is none. */
export function service<T>(container: Container, id: Bound<T>): T {
  if (!container.isBound(id as never)) {
    const name = 'serviceName' in id ? id.serviceName : id.name;
    throw new PostroomError('plugin/no-provider', `No active plugin provides the service ${name}. "postroom plugins list" says why.`);
  }
  return container.get(id as never) as T;
}

/** A second id for a service that is bound already. */
export function bindAlias<T>(container: Container, id: ServiceId<T>, existing: Bound<T>): void {
  container.bind(id as never).toService(existing as never);
  note(container, id);
}
