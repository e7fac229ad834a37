// Closes everything in this process that a plugin may not have, before any of its code runs: the modules of Node, the natives behind them, what
// `process` and the global names lead to. Open is what the lists beside this file name.
import { createRequire } from 'node:module';
import { keepWriteBudget, type WriteBudget } from '../storage/writeBudget.js';
import type { FileFunctions } from '../storage/writeCosts.js';
import { GLOBALS } from './globals.js';
import { type Binding, type Internals, takeInternals } from './internals.js';
import { replace, shutModuleGate } from './moduleGate.js';
import { MODULES } from './modules.js';
import { closeNatives } from './natives.js';
import { closeProcess } from './processGate.js';

export interface DoorOptions {
  /** `publisher.name` */
  readonly plugin: string;
  /** Puts the host's sockets in the place of Node's; called before the first module of the network is handed out. */
  readonly openNetwork: (require: NodeJS.Require) => void;
  /** Octets that it may write for now, and how the host is asked for more. */
  readonly storage: { readonly octets: number; readonly ask: (wanted: number) => void };
}

/** Throws where this Node can't be closed: no plugin may run then. */
export function closeDoors({ plugin, openNetwork, storage }: DoorOptions): WriteBudget {
  const internals = takeInternals();
  const require = createRequire(import.meta.url);
  let isOpen = false;
  const network = (): void => {
    if (isOpen) return;
    isOpen = true;
    openNetwork(require);
  };
  closeGlobals(internals, network);
  closeNatives(internals);
  const budget = keepWriteBudget(fileFunctions(internals), storage.octets, storage.ask);
  const gate = shutModuleGate(internals.Builtin, network);
  const modules = gate.get('module') as Record<string, unknown>;
  replace(modules, 'builtinModules', Object.keys(MODULES));
  replace(modules, 'isBuiltin', isBuiltin);
  closeProcess(plugin, gate.get);
  mustBeShut(require);
  return budget;
}

function fileFunctions({ Builtin, binding }: Internals): FileFunctions {
  const exportsOf = (id: string): Binding => (Builtin.map.get(id)?.compileForInternalLoader() ?? {}) as Binding;
  return {
    natives: binding('fs') ?? {},
    fs: exportsOf('fs'),
    promises: exportsOf('fs/promises'),
  };
}

function closeGlobals({ Builtin }: Internals, network: () => void): void {
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!GLOBALS.includes(name)) Reflect.deleteProperty(globalThis, name);
  }
  const { apply, defineProperty, deleteProperty } = Reflect;
  const { compileForInternalLoader } = Builtin.prototype;
  const undici = Builtin.map.get('internal/deps/undici/undici');
  // They load the modules of the network by themselves. Looking at them would load them now, which takes longer than all the rest.
  for (const name of ['fetch', 'WebSocket', 'EventSource'].filter((each) => each in globalThis)) {
    const become = (value: unknown): void => void defineProperty(globalThis, name, { value, configurable: true, writable: true });
    const get = (): unknown => {
      network();
      const value = undici === undefined ? undefined : (apply(compileForInternalLoader, undici, []) as Record<string, unknown>)[name];
      become(value);
      return value;
    };
    deleteProperty(globalThis, name);
    defineProperty(globalThis, name, { configurable: true, get, set: become });
  }
}

function isBuiltin(name: unknown): boolean {
  return typeof name === 'string' && Object.hasOwn(MODULES, name.replace(/^node:/, ''));
}

/** One look whether it worked: a Node that loads its modules in another way is none to run plugins on. */
function mustBeShut(require: NodeJS.Require): void {
  for (const name of ['v8', 'node:inspector', 'internal/test/binding']) {
    let loaded: unknown;
    try {
      loaded = require(name);
    } catch {
      continue;
    }
    throw new Error(`Plugins can't be closed in on Node ${process.version}: ${name} is still there (${typeof loaded}).`);
  }
}
