// How a service of the host is named.

/**
 * Names a service and, as a parameter decorator, injects it: `constructor(@MailStore private readonly store: MailStore)`.
 * The decorator's type checks that the parameter has the service's type.
 */
export interface ServiceId<T> {
  <C extends abstract new (...args: never[]) => unknown, I extends number>(
    target: C,
    key: undefined,
    index: T extends ConstructorParameters<C>[I] ? I : never,
  ): void;
  readonly serviceName: string;
  /** Version of the contract, as in `1.0.0`. */
  readonly version: string;
  /** Carries the type; never set. */
  readonly _type?: T;
}
