// A list of functions to call when something happens. One that throws does not keep the others from hearing.
import type { Disposable } from '../disposable.js';

export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();
  constructor(private readonly onError: (error: unknown) => void = () => undefined) {}

  add(listener: (value: T) => void): Disposable {
    const own = (value: T): void => listener(value);
    this.#listeners.add(own);
    return { dispose: () => void this.#listeners.delete(own) };
  }

  fire(value: T): void {
    for (const listener of this.#listeners) {
      try {
        listener(value);
      } catch (error) {
        this.onError(error);
      }
    }
  }

  get size(): number {
    return this.#listeners.size;
  }
}
