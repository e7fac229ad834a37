// The modules of Node that a plugin may load, and what it may have of each. What is not named here is refused, on every Node, whatever a new
// version brings: allowed is what is named.

/** The folder that the plugin may write to. */
const cwd = process.cwd.bind(process);

/** What a plugin may have of one module. */
export type ModuleRule =
  /** All of it. */
  | 'whole'
  /** All of it but these exports, which throw. */
  | { readonly without: readonly string[] }
  /** These exports; others throw where they are functions and are missing otherwise. */
  | { readonly only: readonly string[] /** Of ours, in the place of Node's. */; readonly instead?: Readonly<Record<string, unknown>> }
  /** Loaded together and led through the host, which is the one that dials: pluginNetwork.ts. */
  | 'network';

/** `import x from 'node:NAME'`, with and without `node:`. */
export const MODULES: Readonly<Record<string, ModuleRule>> = {
  assert: 'whole',
  'assert/strict': 'whole',
  buffer: 'whole',
  console: 'whole',
  constants: 'whole',
  // An engine of OpenSSL is native code from a file.
  crypto: { without: ['setEngine', 'setFips'] },
  diagnostics_channel: 'whole',
  events: 'whole',
  path: 'whole',
  'path/posix': 'whole',
  'path/win32': 'whole',
  punycode: 'whole',
  querystring: 'whole',
  readline: 'whole',
  'readline/promises': 'whole',
  stream: 'whole',
  'stream/consumers': 'whole',
  'stream/promises': 'whole',
  'stream/web': 'whole',
  string_decoder: 'whole',
  timers: 'whole',
  'timers/promises': 'whole',
  url: 'whole',
  util: 'whole',
  sys: 'whole',
  'util/types': 'whole',
  zlib: 'whole',
  // Older packages ask for these by the names of Node's files.
  _stream_duplex: 'whole',
  _stream_passthrough: 'whole',
  _stream_readable: 'whole',
  _stream_transform: 'whole',
  _stream_writable: 'whole',

  // Node's permissions say which files. Links are left out: more than one way past those permissions led through a link.
  fs: { without: ['link', 'linkSync', 'symlink', 'symlinkSync'] },
  'fs/promises': { without: ['link', 'symlink'] },

  // Hooks and resources would hand out the objects that Node works with.
  async_hooks: { only: ['AsyncLocalStorage', 'AsyncResource', 'executionAsyncId', 'triggerAsyncId'] },
  perf_hooks: {
    only: [
      ...[
        'Performance',
        'PerformanceEntry',
        'PerformanceMark',
        'PerformanceMeasure',
        'PerformanceObserver',
        'PerformanceObserverEntryList',
      ],
      ...['PerformanceResourceTiming', 'constants', 'createHistogram', 'monitorEventLoopDelay', 'performance'],
    ],
  },
  // The names with a line in front are what CommonJS itself works with; they load nothing that is not allowed.
  module: {
    only: [
      ...['Module', 'SourceMap', 'builtinModules', 'createRequire', 'findPackageJSON', 'findSourceMap', 'isBuiltin', 'wrap', 'wrapper'],
      ...['_cache', '_extensions', '_findPath', '_initPaths', '_load', '_nodeModulePaths', '_pathCache'],
      ...['_resolveFilename', '_resolveLookupPaths', '_stat', '_stats', 'globalPaths'],
    ],
  },
  // The object itself is closed by processProperties.ts.
  process: 'whole',

  dns: 'network',
  'dns/promises': 'network',
  http: 'network',
  http2: 'network',
  https: 'network',
  net: 'network',
  tls: 'network',

  // Harmless values in place of what the machine is, who runs the server, and which networks it is in.
  os: {
    only: [
      ...['EOL', 'arch', 'availableParallelism', 'constants', 'cpus', 'devNull', 'endianness', 'freemem', 'loadavg', 'machine'],
      ...['platform', 'release', 'totalmem', 'type', 'uptime', 'version'],
    ],
    instead: {
      homedir: () => cwd(),
      hostname: () => 'localhost',
      networkInterfaces: () => ({}),
      tmpdir: () => cwd(),
      userInfo: () => ({ uid: -1, gid: -1, username: 'plugin', homedir: cwd(), shell: null }),
    },
  },

  // Packages load these at their head and use them seldom: they load, and do nothing.
  child_process: { only: [] },
  tty: { only: ['isatty'] },
  worker_threads: {
    only: [
      ...['BroadcastChannel', 'MessageChannel', 'MessagePort', 'SHARE_ENV', 'isInternalThread', 'isMainThread', 'isMarkedAsUntransferable'],
      ...['markAsUncloneable', 'markAsUntransferable', 'parentPort', 'receiveMessageOnPort', 'resourceLimits', 'threadId', 'threadName'],
      ...['workerData'],
    ],
  },
};
