// How Node itself is started for a plugin: with its permissions on, a small heap, and what the allow-list needs.
import { MISSING_PARTS, PRODUCT_PARTS } from '../places.js';

/** Megabytes of JavaScript heap. */
export const HEAP_MB = 64;

/** `closed`: false in tests that try the fences behind Node's permissions and the allow-list. */
export function nodeFlags(readable: readonly string[], storagePath: string, closed: boolean): readonly string[] {
  const heap = [`--max-old-space-size=${HEAP_MB}`, '--disable-warning=ExperimentalWarning'];
  if (!closed) return heap;
  // Newer versions of Node have left the experiment; they restrict the network as well, which no plugin has.
  const permission = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
  return [
    permission,
    ...[...PRODUCT_PARTS, ...MISSING_PARTS, ...readable, storagePath].map((each) => `--allow-fs-read=${each}`),
    `--allow-fs-write=${storagePath}`,
    // The allow-list begins at Node's own loader.
    '--expose-internals',
    ...heap,
  ];
}

/** Nothing of the host's, but what a process needs to find the local time and, on Windows, the network. */
export function environment(): NodeJS.ProcessEnv {
  // Behind a fence the system's file for it is not there.
  const zone = process.env['TZ'] ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const root = process.env['SystemRoot'];
  return { TZ: zone, ...(root !== undefined && { SystemRoot: root }) };
}
