// Binding services by their typed ids: inversify does not know ServiceId, so its types stop here.
import type { ServiceId } from '@postroom/sdk/services';
import type { Container } from 'inversify';

type Class<T> = abstract new (...args: never[]) => T;

/** A value that is there already. */
export function bindValue<T>(container: Container, id: ServiceId<T>, value: T): void {
  container.bind(id as never).toConstantValue(value as never);
}

/** A class that the container makes when it is first asked for, once. */
export function bindClass<T>(container: Container, id: ServiceId<T>, made: Class<T>): void {
  container.bind(id as never).to(made as never);
}

/** A class that is its own id. The container makes it when it is first asked for, once. */
export function bindSelf(container: Container, made: Class<unknown>): void {
  container.bind(made as never).toSelf();
}

/** The service, made if need be; of a class that is its own id, the one that there is. */
export function service<T>(container: Container, id: ServiceId<T> | Class<T>): T {
  return container.get(id as never) as T;
}

/** A second id for a service that is bound already. */
export function bindAlias<T>(container: Container, id: ServiceId<T>, existing: ServiceId<T> | Class<T>): void {
  container.bind(id as never).toService(existing as never);
}
