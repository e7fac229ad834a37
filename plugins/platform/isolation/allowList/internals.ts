// Node's own loader of its modules, and the native functions behind them: what everything that a plugin could load comes through. Node has them
// for its own tests (--expose-internals); they are taken here once, used to close themselves, and not to be had afterwards.
import { createRequire } from 'node:module';

/** One module of Node (lib/internal/bootstrap/realm.js). */
export interface Builtin {
  readonly id: string;
  readonly loaded: boolean;
  readonly exports: Readonly<Record<string, unknown>>;
  /** What `import` sees of it, once something has imported it. */
  readonly module: unknown;
  readonly compileForPublicLoader: () => unknown;
  /** For other modules of Node. */
  readonly compileForInternalLoader: () => unknown;
  /** Brings the names that `import` sees up to date with `exports`. */
  readonly syncExports: () => void;
}

export interface BuiltinClass {
  readonly prototype: Builtin;
  readonly map: { get(id: string): Builtin | undefined; keys(): Iterable<string> };
  canBeRequiredByUsers(id: string): boolean;
  canBeRequiredWithoutScheme(id: string): boolean;
  setRealmAllowRequireByUsers(ids: readonly string[]): void;
  getSchemeOnlyModuleNames(): readonly string[];
}

export type Binding = Record<PropertyKey, unknown>;

export interface Internals {
  readonly Builtin: BuiltinClass;
  /** Native functions by topic: `fs`, `tcp_wrap`. `undefined` where this Node has none of that name. */
  readonly binding: (name: string) => Binding | undefined;
}

/** Throws where this Node has them elsewhere: then nothing can be closed, and no plugin may run. */
export function takeInternals(): Internals {
  const require = createRequire(import.meta.url);
  const warning = Object.getOwnPropertyDescriptor(process, 'emitWarning') ?? {};
  // It warns that this is for tests.
  process.emitWarning = () => undefined;
  try {
    const { internalBinding } = require('internal/test/binding') as { readonly internalBinding: (name: string) => Binding };
    const { loadBuiltinModule } = require('internal/modules/helpers') as {
      readonly loadBuiltinModule: (id: string, request: string) => Builtin;
    };
    const Builtin = loadBuiltinModule('path', 'path').constructor as unknown as BuiltinClass;
    if (typeof internalBinding !== 'function' || typeof Builtin.prototype.compileForPublicLoader !== 'function') {
      throw new Error('its loader is another one');
    }
    return {
      Builtin,
      binding: (name) => {
        try {
          return internalBinding(name);
        } catch {
          return undefined;
        }
      },
    };
  } catch (error) {
    throw new Error(`Plugins can't be closed in on Node ${process.version}: ${String(error)}`);
  } finally {
    Object.defineProperty(process, 'emitWarning', warning);
  }
}
