// What each of Node's native functions for files may add to the disk. A plugin may change the prototypes and globals of the language: nothing is
// asked of them here that it could answer in its favour.
import { constants, readdirSync, statSync } from 'node:fs';
import type { Binding } from '../allowList/internals.js';
import { SMALLEST } from './folderSize.js';

const { apply } = Reflect;
const byteLength = Buffer.byteLength.bind(Buffer);
const { max } = Math;
const NativeError = Error;
const { O_CREAT } = constants;

export type Args = readonly unknown[];
export type Work = (this: unknown, ...args: Args) => unknown;
export type Meter = (name: string, work: Work, cost: (args: Args) => number, refused?: (name: string, args: Args) => unknown) => Work;

/** Where Node keeps its functions for files. */
export interface FileFunctions {
  /** The native ones. */
  readonly natives: Binding;
  /** What `fs` and `fs/promises` export. */
  readonly fs: Binding;
  readonly promises: Binding;
}

/** By native function, in octets. */
export const COSTS: Readonly<Record<string, (args: Args) => number>> = {
  open: (args) => created(args[1]),
  openFileHandle: (args) => created(args[1]),
  mkdir: () => SMALLEST,
  mkdtemp: () => SMALLEST,
  ftruncate: (args) => +((args[1] ?? 0) as number),
  writeBuffer: (args) => (args[3] === undefined || args[3] === null ? lengthOf(args[1], 'utf8') : +(args[3] as number)),
  writeBuffers: (args) => sum(args[1] as readonly unknown[]),
  writeString: (args) => lengthOf(args[1], args[3]),
  writeFileUtf8: (args) => SMALLEST + lengthOf(args[1], 'utf8'),
  copyFile: (args) => SMALLEST + treeSize(args[0] as string),
  cpSyncCopyDir: (args) => treeSize(args[0] as string),
  cpSyncOverrideFile: (args) => treeSize(args[0] as string),
};

function created(flags: unknown): number {
  return ((flags as number) & O_CREAT) === 0 ? 0 : SMALLEST;
}

function sum(pieces: readonly unknown[]): number {
  let size = 0;
  for (let index = 0; index < pieces.length; index += 1) size += lengthOf(pieces[index], 'utf8');
  return size;
}

// As the engine knows it: an object may say anything of itself.
const viewLength = getterOf(Object.getPrototypeOf(Uint8Array.prototype) as object);
const dataViewLength = getterOf(DataView.prototype);

function getterOf(prototype: object): () => number {
  const { get } = Object.getOwnPropertyDescriptor(prototype, 'byteLength') as { readonly get: () => number };
  return get;
}

/** Octets of a text or of a view of memory. */
export function lengthOf(data: unknown, encoding: unknown): number {
  if (typeof data === 'string') return byteLength(data, encoding as BufferEncoding);
  try {
    return apply(viewLength, data, []);
  } catch {
    try {
      return apply(dataViewLength, data, []);
    } catch {
      return SMALLEST;
    }
  }
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

export function quotaError(syscall: string): Error {
  const error = new NativeError(`EDQUOT: the plugin's disk space is used up, ${syscall}`) as NodeJS.ErrnoException;
  error.code = 'EDQUOT';
  error.syscall = syscall;
  return error;
}
