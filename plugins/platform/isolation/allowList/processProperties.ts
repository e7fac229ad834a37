// The properties of `process` that a plugin may have. Whatever else is there, on any Node, is taken away: functions throw, values are missing.

/** What stays as Node made it. */
export const PROCESS_PROPERTIES: readonly string[] = [
  ...['allowedNodeEnvironmentFlags', 'arch', 'argv0', 'assert', 'config', 'cwd', 'emitWarning', 'env', 'exit', 'exitCode', 'features'],
  ...['getegid', 'geteuid', 'getgid', 'getgroups', 'getuid', 'hrtime', 'nextTick', 'pid', 'platform', 'ppid', 'ref', 'release', 'unref'],
  ...['uptime', 'version', 'versions'],
  ...['availableMemory', 'constrainedMemory', 'cpuUsage', 'memoryUsage', 'resourceUsage', 'threadCpuUsage'],
  ...['addUncaughtExceptionCaptureCallback', 'hasUncaughtExceptionCaptureCallback', 'setUncaughtExceptionCaptureCallback'],
  // Can't be taken away; it says what Node's permissions are, and takes more of them away.
  'permission',
  // process.exit() ends in this one.
  'reallyExit',
  // An EventEmitter's own.
  ...['_events', '_eventsCount', '_maxListeners', 'domain'],
  // Node looks for these on the object while it works.
  ...['_exiting', '_fatalException', '_tickCallback', 'finalization'],
  // Signals only the process itself, and not those that open the debugger: by `_kill`, which is ours.
  ...['kill', '_kill'],
  // Ours: what a plugin prints goes to the host's log; the rest is harmless values in place of paths and flags of the host.
  ...['argv', 'execArgv', 'execPath', 'getBuiltinModule', 'stderr', 'stdin', 'stdout', 'title'],
];
