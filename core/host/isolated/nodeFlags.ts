// How Node itself is started for a plugin: with its permissions on, a small heap, and what the allow-list needs.
import path from 'node:path';
import { BUILT_FOLDER, PRODUCT_FOLDER } from '../../base/places.js';

/** Megabytes of JavaScript heap. */
export const HEAP_MB = 64;

/** What of the product a plugin's process reads: the core's code for it, and the SDK. */
export const PRODUCT_PARTS: readonly string[] = [
  BUILT_FOLDER,
  path.join(PRODUCT_FOLDER, 'sdk'),
  path.join(PRODUCT_FOLDER, 'node_modules', '@postroom'),
  path.join(PRODUCT_FOLDER, 'package.json'),
  path.join(PRODUCT_FOLDER, 'core', 'package.json'),
];

/** `closed`: false in tests that try the fences behind Node's permissions and the allow-list. */
export function nodeFlags(readable: readonly string[], storagePath: string, closed: boolean): readonly string[] {
  const heap = [`--max-old-space-size=${HEAP_MB}`, '--disable-warning=ExperimentalWarning'];
  if (!closed) return heap;
  // Newer versions of Node have left the experiment; they restrict the network as well, which no plugin has.
  const permission = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
  return [
    permission,
    ...[...PRODUCT_PARTS, ...readable, storagePath].map((each) => `--allow-fs-read=${each}`),
    // Not there, which older versions of Node must be allowed to find out on the way to the SDK.
    `--allow-fs-read=${path.join(PRODUCT_FOLDER, 'core', 'node_modules', '*')}`,
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
