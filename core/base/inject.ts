// Injects a class that is its own service id: there is one of it, and neither a plugin nor a test puts another in its place.
import 'reflect-metadata';
import { inject as injectById } from 'inversify';

type Made<T> = abstract new (...args: never[]) => T;

/** Checks that the parameter has the type of what is injected, as a ServiceId does. */
export type ParameterInjector<T> = <C extends Made<unknown>, I extends number>(
  target: C,
  key: undefined,
  index: T extends ConstructorParameters<C>[I] ? I : never,
) => void;

/** A parameter decorator: `constructor(@inject(SortStep) private readonly sorting: SortStep)`. */
export function inject<T>(made: Made<T>): ParameterInjector<T> {
  return (target, _key, index) => injectById(made as never)(target, undefined, index);
}
