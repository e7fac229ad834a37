// Where every module of Node comes through on its way to a plugin, by `import`, `require` and whatever loads them next: what may not pass is
// refused with a sentence, and what may pass in part is cut down the first time that it passes.
// A plugin may change the prototypes and globals of the language: once the gate is shut nothing is asked of them here.
import type { Builtin, BuiltinClass } from './internals.js';
import { MODULES } from './modules.js';
import { moduleRefusal, refusing } from './refusal.js';

const { apply, defineProperty, deleteProperty, get, getOwnPropertyDescriptor, ownKeys } = Reflect;

/** A rule of modules.ts, made ready so that nothing has to be worked out later. */
interface Cut {
  /** What `names` are: all that stays, or all that goes. */
  readonly kind: 'whole' | 'only' | 'without' | 'network';
  readonly names: Readonly<Record<PropertyKey, true>>;
  /** Ours, in the place of Node's: names and values in turn. */
  readonly instead: readonly (readonly [string, unknown])[];
}

export interface ModuleGate {
  /** `process.getBuiltinModule`. Throws for a module that may not pass. */
  readonly get: (name: unknown) => unknown;
}

/** `network`: makes the modules of the network ready; called with the first of them. */
export function shutModuleGate(Builtin: BuiltinClass, network: () => void): ModuleGate {
  const cuts = record(Object.entries(MODULES).map(([id]) => [id, cutFor(id)] as const));
  const ids = [...Builtin.map.keys()].filter((id) => !id.startsWith('internal/'));
  const isNodes = record(ids.map((id) => [id, true] as const));
  const needsScheme = record(Builtin.getSchemeOnlyModuleNames().map((id) => [id, true] as const));
  const done = Object.create(null) as Record<string, true>;
  const { compileForPublicLoader, syncExports } = Builtin.prototype;
  /** Node's own kind of Map, which does not ask the prototypes that a plugin may change. */
  const { map } = Builtin;

  const may = (id: string): boolean => {
    if (isNodes[id] !== true) return false;
    if (cuts[id] === undefined) throw moduleRefusal(id);
    return true;
  };
  const pass = function (this: Builtin): unknown {
    const { id } = this;
    const cut = cuts[id];
    if (cut === undefined) throw moduleRefusal(id);
    if (cut.kind === 'network') network();
    const exports = apply(compileForPublicLoader, this, []) as Record<string, unknown>;
    if (done[id] === undefined) {
      done[id] = true;
      cutDown(id, exports, cut);
      apply(syncExports, this, []);
    }
    return exports;
  };
  lock(Builtin.prototype, 'compileForPublicLoader', pass);
  lock(Builtin, 'canBeRequiredByUsers', may);
  lock(Builtin, 'canBeRequiredWithoutScheme', (id: string) => needsScheme[id] !== true && may(id));
  // These lists are not asked any more; where a newer Node asks them, they say the same.
  Builtin.setRealmAllowRequireByUsers(Object.keys(MODULES).filter((id) => isNodes[id] === true));

  // What this program imported itself stands ready for the next import, which does not come through here.
  for (const id of ids) {
    const builtin = map.get(id);
    if (builtin?.module !== undefined) apply(pass, builtin, []);
  }
  return {
    get: (name) => {
      const id = withoutScheme(name);
      const builtin = id !== undefined && may(id) ? map.get(id) : undefined;
      return builtin === undefined ? undefined : apply(pass, builtin, []);
    },
  };
}

function cutFor(id: string): Cut {
  const rule = MODULES[id] ?? 'whole';
  if (typeof rule === 'string') return { kind: rule, names: record([]), instead: [] };
  if ('without' in rule) return { kind: 'without', names: record(rule.without.map((name) => [name, true] as const)), instead: [] };
  // A module may be a function, which has these as every function does.
  const kept = [...rule.only, 'length', 'name', 'prototype', 'arguments', 'caller'];
  return { kind: 'only', names: record(kept.map((name) => [name, true] as const)), instead: Object.entries(rule.instead ?? {}) };
}

function cutDown(id: string, exports: object, { kind, names, instead }: Cut): void {
  if (kind === 'whole' || kind === 'network') return;
  const keys = ownKeys(exports);
  // What stays may be made of what goes, when it is first looked at.
  for (let index = 0; kind === 'only' && index < keys.length; index += 1) {
    const key = keys[index] as string;
    if (names[key] === true) get(exports, key);
  }
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string | symbol;
    if (typeof key === 'string' && (names[key] === true) !== (kind === 'only')) {
      replace(exports, key, typeof ownValue(exports, key) === 'function' ? refusing(`${id}.${key}`) : undefined);
    }
  }
  for (let index = 0; index < instead.length; index += 1) {
    const entry = instead[index] as readonly [string, unknown];
    replace(exports, entry[0], entry[1]);
  }
}

/** Without calling a getter. */
function ownValue(owner: object, key: PropertyKey): unknown {
  return getOwnPropertyDescriptor(owner, key)?.value;
}

/** Throws where the property can't be changed: then it is not closed, and no plugin may run. */
export function replace(owner: object, key: PropertyKey, value: unknown): void {
  const enumerable = getOwnPropertyDescriptor(owner, key)?.enumerable ?? true;
  // Some are Node's own accessors in disguise, which a definition would only set.
  deleteProperty(owner, key);
  if (!defineProperty(owner, key, { value, enumerable, configurable: true, writable: true })) {
    throw new Error(`${String(key)} can't be put in the place of Node's`);
  }
}

function lock(owner: object, key: string, value: unknown): void {
  if (!defineProperty(owner, key, { value, enumerable: false, configurable: false, writable: false })) {
    throw new Error(`${key} can't be put in the place of Node's`);
  }
}

/** A record without a prototype: what it does not have cannot be put there. */
function record<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<PropertyKey, T>> {
  const made = Object.create(null) as Record<string, T>;
  for (const [name, value] of entries) made[name] = value;
  return Object.freeze(made);
}

function withoutScheme(name: unknown): string | undefined {
  const scheme = 'node:';
  if (typeof name !== 'string') return undefined;
  for (let index = 0; index < scheme.length; index += 1) if (name[index] !== scheme[index]) return name;
  let rest = '';
  for (let index = scheme.length; index < name.length; index += 1) rest += name[index];
  return rest;
}
