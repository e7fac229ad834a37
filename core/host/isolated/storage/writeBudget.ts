// How much a plugin may still write, kept where Node's own functions for files end: so nothing is written beyond it, however fast it goes. The host
// looks at the folder and sets it anew; it is not what the host relies on.
import { constants, readdirSync, statSync } from 'node:fs';
import type { Binding } from '../allowList/internals.js';
import { SMALLEST } from './folderSize.js';

const { apply } = Reflect;
const { byteLength } = Buffer;
const { max } = Math;
const { nextTick } = process;
const { O_CREAT } = constants;
const NativeError = Error;
const rejected = Promise.reject.bind(Promise);

export interface WriteBudget {
  set(octets: number): void;
}

type Args = readonly unknown[];

/** What each native function may add to the disk, in octets. */
const COSTS: Readonly<Record<string, (args: Args) => number>> = {
  open: (args) => created(args[1]),
  openFileHandle: (args) => created(args[1]),
  mkdir: () => SMALLEST,
  mkdtemp: () => SMALLEST,
  ftruncate: (args) => +((args[1] ?? 0) as number),
  writeBuffer: (args) => +((args[3] ?? (args[1] as Uint8Array).byteLength) as number),
  writeBuffers: (args) => sum(args[1] as readonly Uint8Array[]),
  writeString: (args) => lengthOf(args[1], args[3]),
  writeFileUtf8: (args) => SMALLEST + lengthOf(args[1], 'utf8'),
  copyFile: (args) => SMALLEST + treeSize(args[0] as string),
  cpSyncCopyDir: (args) => treeSize(args[0] as string),
  cpSyncOverrideFile: (args) => treeSize(args[0] as string),
};

function created(flags: unknown): number {
  return ((flags as number) & O_CREAT) === 0 ? 0 : SMALLEST;
}

/**
 * `onFull`: it was refused so many octets. A plugin may change the prototypes and globals of the language: nothing is asked of them here that it
 * could answer in its favour.
 */
export function keepWriteBudget(fs: Binding, octets: number, onFull: (wanted: number) => void): WriteBudget {
  let left = octets;
  for (const [name, cost] of Object.entries(COSTS)) {
    const native = fs[name];
    if (typeof native !== 'function') continue;
    Object.defineProperty(fs, name, {
      configurable: false,
      writable: false,
      value: (...args: Args): unknown => {
        const wanted = cost(args);
        if (wanted > left) {
          onFull(wanted);
          return refuse(name, args);
        }
        left -= wanted;
        return apply(native, fs, args) as unknown;
      },
    });
  }
  return {
    set: (next) => {
      left = next;
    },
  };
}

/** In the way in which the caller waits: a callback's request, a promise, or neither. */
function refuse(syscall: string, args: Args): unknown {
  const error = new NativeError(`EDQUOT: the plugin's disk space is used up, ${syscall}`) as NodeJS.ErrnoException;
  error.code = 'EDQUOT';
  error.syscall = syscall;
  for (let index = args.length - 1; index >= 0; index -= 1) {
    const arg = args[index];
    if (typeof arg === 'symbol') return rejected(error);
    if (typeof arg === 'object' && arg !== null && typeof (arg as { oncomplete?: unknown }).oncomplete === 'function') {
      const request = arg as { oncomplete(error: Error): void };
      nextTick(() => request.oncomplete(error));
      return undefined;
    }
  }
  throw error;
}

function sum(pieces: readonly Uint8Array[]): number {
  let size = 0;
  for (let index = 0; index < pieces.length; index += 1) size += pieces[index]?.byteLength ?? 0;
  return size;
}

function lengthOf(text: unknown, encoding: unknown): number {
  return typeof text === 'string' ? byteLength(text, encoding as BufferEncoding) : SMALLEST;
}

/** Also of a folder: one call may copy all of it. */
function treeSize(place: string): number {
  const stats = statSync(place, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return max(stats.size, SMALLEST);
  let size = SMALLEST;
  const names = readdirSync(place);
  for (let index = 0; index < names.length; index += 1) size += treeSize(`${place}/${names[index]}`);
  return size;
}
