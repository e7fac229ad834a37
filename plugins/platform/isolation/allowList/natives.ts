// The native functions behind Node's modules that open doors. They are taken off where they are, so that no object that a plugin may get hold of
// (a handle, a class behind a socket, a function that Node kept) leads to them: this holds even where a module was loaded by mistake.
import { constants, lstatSync, readdirSync } from 'node:fs';
import type { Binding, BuiltinClass, Internals } from './internals.js';
import { refusal, refusing } from './refusal.js';

const { S_IFDIR, S_IFLNK, S_IFMT } = constants;

/** By binding: functions, and classes with the methods that go; `*` are all. */
interface Doors {
  readonly functions?: '*' | readonly string[];
  readonly methods?: Readonly<Record<string, '*' | readonly string[]>>;
}

export const NATIVE_DOORS: Readonly<Record<string, Doors>> = {
  // The network: the host dials. Reading from and writing to what is open stays: the pipes to the host are such.
  tcp_wrap: { methods: { TCP: ['bind', 'bind6', 'listen', 'connect', 'connect6'] } },
  pipe_wrap: { methods: { Pipe: ['bind', 'bind2', 'listen', 'connect', 'connect2', 'fchmod'] } },
  udp_wrap: { functions: ['UDP'], methods: { UDP: '*' } },
  cares_wrap: { functions: ['getaddrinfo', 'getnameinfo'], methods: { ChannelWrap: '*' } },
  quic: { functions: '*' },
  // Processes and threads.
  process_wrap: { functions: ['Process'], methods: { Process: '*' } },
  spawn_sync: { functions: '*' },
  worker: { functions: ['Worker'], methods: { Worker: '*' } },
  process_methods: {
    functions: [
      ...['_debugProcess', '_debugEnd', '_getActiveHandles', '_getActiveRequests', 'abort', 'causeSegfault', 'chdir', 'dlopen', 'execve'],
      ...['loadEnvFile', 'umask'],
    ],
  },
  credentials: { functions: ['initgroups', 'setegid', 'seteuid', 'setgid', 'setgroups', 'setuid'] },
  os: { functions: ['setPriority', 'getInterfaceAddresses', 'getUserInfo', 'getHomeDirectory', 'getHostname'] },
  // V8 writes files by itself: traces, profiles, snapshots of the heap, whatever Node's permissions say.
  v8: {
    functions: ['setFlagsFromString', 'setHeapSnapshotNearHeapLimit', 'startCpuProfile', 'stopCpuProfile', 'startHeapProfile'],
  },
  heap_utils: { functions: '*' },
  profiler: { functions: ['setCoverageDirectory', 'startCoverage', 'stopCoverage', 'takeCoverage'] },
  report: {
    functions: [
      ...['getReport', 'writeReport', 'setDirectory', 'setFilename', 'setReportOnFatalError', 'setReportOnSignal'],
      ...['setReportOnUncaughtException', 'setSignal'],
    ],
  },
  trace_events: { functions: ['CategorySet'], methods: { CategorySet: '*' } },
  mksnapshot: { functions: '*' },
  // The debugger sees and changes everything.
  inspector: {
    functions: ['open', 'callAndPauseOnStart', 'waitForDebugger', 'emitProtocolEvent', 'Connection', 'MainThreadConnection'],
    methods: { Connection: '*', MainThreadConnection: '*' },
  },
  // Native code, and code that V8 takes as it is: a cache that somebody made up.
  ffi: { functions: '*' },
  sqlite: { functions: '*', methods: { DatabaseSync: '*' } },
  webstorage: { functions: '*', methods: { Storage: '*' } },
  wasi: { functions: ['WASI'], methods: { WASI: '*' } },
  crypto: { functions: ['setEngine', 'setFipsCrypto'], methods: { SecureContext: ['setEngineKey', 'setClientCertEngine'] } },
  modules: { functions: ['enableCompileCache', 'flushCompileCache', 'getCompileCacheEntry', 'saveCompileCacheEntry'] },
  // Node makes contexts itself: what goes is a way to give V8 code that it has not compiled.
  contextify: { methods: { ContextifyScript: ['createCachedData'] } },
  messaging: { functions: ['moveMessagePortToContext', 'setDeserializerCreateObjectFunction'] },
  // By a descriptor they change what may only be read; some versions of Node forget one of the ways there.
  fs: { functions: ['link', 'symlink', 'fchmod', 'fchown', 'futimes'] },
};

export function closeNatives({ Builtin, binding }: Internals): void {
  guardRealpath(binding('fs'), binding('permission')?.['has']);
  guardCopies(binding('fs'));
  guardClones(Builtin, binding('messaging'), binding('symbols')?.['messaging_deserialize_symbol']);
  for (const [name, doors] of Object.entries(NATIVE_DOORS)) {
    const natives = binding(name);
    if (natives === undefined) continue;
    // Methods first: the classes may go as well.
    for (const [owner, methods] of Object.entries(doors.methods ?? {})) {
      const type = natives[owner] as { readonly prototype?: Binding } | undefined;
      if (type?.prototype !== undefined) refuse(type.prototype, methods, `${name}.${owner}`);
    }
    refuse(natives, doors.functions ?? [], name);
  }
}

/** The one function for files that older versions of Node do not ask their permissions about: it tells which files there are. */
function guardRealpath(fs: Binding | undefined, has: unknown): void {
  const realpath = fs?.['realpath'];
  if (fs === undefined || typeof realpath !== 'function' || typeof has !== 'function') return;
  const { apply } = Reflect;
  const guarded = (...args: readonly unknown[]): unknown => {
    const isReadable = typeof args[0] === 'string' && (apply(has, undefined, ['fs.read', args[0]]) as boolean);
    if (!isReadable) throw refusal('fs.realpath for a place that it may not read');
    return apply(realpath, fs, args) as unknown;
  };
  Object.defineProperty(fs, 'realpath', { value: guarded, configurable: false, writable: false });
}

/**
 * Newer versions of Node copy a folder by one native function, which makes every link in it again. One that a plugin may read, as that to the SDK,
 * would stand where it may write, and Node's permissions look at the name of a place, not at where it leads.
 */
function guardCopies(fs: Binding | undefined): void {
  const copy = fs?.['cpSyncCopyDir'];
  if (fs === undefined || typeof copy !== 'function') return;
  const { apply } = Reflect;
  const guarded = (...args: readonly unknown[]): unknown => {
    if (holdsLink(args[0] as string)) throw refusal('fs.cpSync for a folder with links in it');
    return apply(copy, fs, args) as unknown;
  };
  // Still to be metered.
  Object.defineProperty(fs, 'cpSyncCopyDir', { value: guarded, configurable: true, writable: true });
}

/** A plugin may change the prototype of what says whether a place is a link. */
function holdsLink(place: string): boolean {
  const kind = lstatSync(place).mode & S_IFMT;
  if (kind !== S_IFDIR) return kind === S_IFLNK;
  const names = readdirSync(place);
  for (let index = 0; index < names.length; index += 1) if (holdsLink(`${place}/${names[index]}`)) return true;
  return false;
}

/**
 * A message that is cloned names the class that it becomes, as `module:Class`, and Node would load any of its built-in modules for that. Here it has to be
 * there already, as it is for every object that Node itself sends.
 */
function guardClones({ map }: BuiltinClass, messaging: Binding | undefined, deserialize: unknown): void {
  const set = messaging?.['setDeserializerCreateObjectFunction'];
  if (typeof set !== 'function' || typeof deserialize !== 'symbol') return;
  // The one that no object brings along.
  map.get('internal/worker/clone_dom_exception')?.compileForInternalLoader();
  const create = (spec: string): object => {
    let [module, name, isName] = ['', '', false];
    for (let index = 0; index < spec.length; index += 1) {
      if (spec[index] === ':') isName = true;
      else if (isName) name += spec[index];
      else module += spec[index];
    }
    const builtin = map.get(module);
    const Class = builtin?.loaded === true ? (builtin.exports[name] as (new () => object) | undefined) : undefined;
    if (typeof Class !== 'function' || typeof (Class.prototype as Binding)[deserialize] !== 'function') throw refusal('that class of Node');
    return new Class();
  };
  Reflect.apply(set, messaging, [create]);
}

function refuse(owner: Binding, names: '*' | readonly string[], what: string): void {
  for (const key of names === '*' ? Object.getOwnPropertyNames(owner) : names) {
    const isThere = Object.hasOwn(owner, key) && key !== 'constructor';
    if (isThere && typeof Object.getOwnPropertyDescriptor(owner, key)?.value === 'function') {
      Object.defineProperty(owner, key, { value: refusing(`${what}.${key}`), configurable: false, writable: false });
    }
  }
}
