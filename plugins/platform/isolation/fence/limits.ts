// Limits that the system keeps for a plugin's process: no file beyond its quota, holes included, and no memory written to disk where it crashes.
import { existsSync } from 'node:fs';
import type { LaunchCommand } from './fence.js';

const SHELL = '/bin/sh';
/** `ulimit -f` counts so (POSIX). Node ignores the signal, so that a write beyond fails with EFBIG. */
const BLOCK = 512;

export function limited({ program, args }: LaunchCommand, largestFile: number): LaunchCommand {
  if (process.platform === 'win32' || !existsSync(SHELL)) return { program, args };
  const script = 'ulimit -c 0 2>/dev/null; ulimit -f "$0" 2>/dev/null; exec "$@"';
  return { program: SHELL, args: ['-c', script, String(Math.ceil(largestFile / BLOCK)), program, ...args] };
}
