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
// oxlint-disable-next-line unbound-method
const { then } = Promise.prototype;

export interface WriteBudget {
  /** The host's answer to the last question: so many octets were left when that was asked. */
  set(octets: number): void;
}

/** Where Node keeps its functions for files. */
export interface FileFunctions {
  /** The native ones. */
  readonly natives: Binding;
  /** What `fs` and `fs/promises` export. */
  readonly fs: Binding;
  readonly promises: Binding;
}

export type Args = readonly unknown[];

/** What each native function may add to the disk, in octets. */
const COSTS: Readonly<Record<string, (args: Args) => number>> = {
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

/**
 * `ask`: the host should look how much is left; `wanted` octets were refused, or none were and half of it is used. A plugin may change the prototypes
 * and globals of the language: nothing is asked of them here that it could answer in its favour.
 */
export function keepWriteBudget({ natives, fs, promises }: FileFunctions, octets: number, ask: (wanted: number) => void): WriteBudget {
  let left = octets;
  let granted = octets;
  /** Octets written since the host was asked, or on their way then: it may or may not have seen them. */
  let since = 0;
  /** Octets that a thread of Node's is about to write. */
  let onTheWay = 0;
  let isAsking = false;
  const question = (wanted: number): void => {
    if (isAsking) return;
    isAsking = true;
    since = onTheWay;
    ask(wanted);
  };
  const metered: Meter = (name, work, cost, refused = refuse) =>
    function (this: unknown, ...args: Args): unknown {
      const wanted = cost(args);
      if (wanted > left) {
        question(wanted);
        return refused(name, args);
      }
      if (left - wanted < granted / 2) question(0);
      left -= wanted;
      since += wanted;
      onTheWay += wanted;
      return whenDone(work, this, args, () => {
        onTheWay -= wanted;
      });
    };
  for (const [name, cost] of Object.entries(COSTS)) {
    const native = natives[name];
    if (typeof native === 'function') put(natives, name, metered(name, native as Work, cost));
  }
  meterJobs(natives, fs, promises, metered);
  return {
    set: (next) => {
      isAsking = false;
      left = next - since;
      granted = left;
    },
  };
}

type Work = (this: unknown, ...args: Args) => unknown;
type Meter = (name: string, work: Work, cost: (args: Args) => number, refused?: (name: string, args: Args) => unknown) => Work;

/**
 * Newer versions of Node write a whole file by one job, whose size only who makes it knows: it is paid for where a plugin asks for it, and does not
 * run otherwise.
 */
function meterJobs(natives: Binding, fs: Binding, promises: Binding, metered: Meter): void {
  const jobs = (natives['WriteFileJob'] as { readonly prototype?: Binding } | undefined)?.prototype;
  if (jobs === undefined) return;
  let isPaid = false;
  const run = jobs['run'] as Work;
  put(jobs, 'run', function (this: unknown, ...args: Args): unknown {
    return isPaid ? apply(run, this, args) : quotaError('write');
  });
  const cost = (args: Args): number => SMALLEST + lengthOf(args[1], 'utf8');
  for (const name of ['writeFile', 'appendFile']) {
    // It comes to the job before it first waits.
    const paying = (original: Work): Work =>
      function (this: unknown, ...args: Args): unknown {
        isPaid = true;
        try {
          return apply(original, this, args);
        } finally {
          isPaid = false;
        }
      };
    fs[name] = metered('write', paying(fs[name] as Work), cost);
    promises[name] = metered('write', paying(promises[name] as Work), cost, () => rejected(quotaError('write')));
  }
}

function put(owner: Binding, name: string, value: Work): void {
  Object.defineProperty(owner, name, { value, configurable: false, writable: false });
}

interface Request {
  oncomplete(...results: Args): unknown;
}

/** Does the work, and calls `done` when it is done: at once, or where the caller's request, callback or promise says so. */
function whenDone(work: Work, self: unknown, args: Args, done: () => void): unknown {
  const waits = waiter(args);
  if (typeof waits === 'object') {
    const { oncomplete } = waits;
    waits.oncomplete = function (...results: Args): unknown {
      done();
      return apply(oncomplete, this, results) as unknown;
    };
    return apply(work, self, args);
  }
  if (typeof waits === 'function') {
    const call = function (this: unknown, ...results: Args): unknown {
      done();
      return apply(waits, this, results) as unknown;
    };
    const given: unknown[] = [];
    for (let index = 0; index < args.length - 1; index += 1) given[index] = args[index];
    given[args.length - 1] = call;
    return apply(work, self, given);
  }
  try {
    const result = apply(work, self, args) as unknown;
    if (!isPromise(result)) {
      done();
      return result;
    }
    void apply(then, result, [done, done]);
    return result;
  } catch (error) {
    done();
    throw error;
  }
}

/** How the caller waits, where it does: for a request, a callback, or (a symbol says so) a promise. */
function waiter(args: Args): Request | Work | symbol | undefined {
  for (let index = args.length - 1; index >= 0; index -= 1) {
    const arg = args[index];
    if (typeof arg === 'symbol' || (typeof arg === 'function' && index === args.length - 1)) return arg as symbol | Work;
    if (typeof arg === 'object' && arg !== null && typeof (arg as Partial<Request>).oncomplete === 'function') return arg as Request;
  }
  return undefined;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

function refuse(syscall: string, args: Args): unknown {
  const error = quotaError(syscall);
  const waits = waiter(args);
  if (waits === undefined) throw error;
  if (typeof waits === 'symbol') return rejected(error);
  nextTick(() => (typeof waits === 'function' ? waits(error) : waits.oncomplete(error)));
  return undefined;
}

function quotaError(syscall: string): Error {
  const error = new NativeError(`EDQUOT: the plugin's disk space is used up, ${syscall}`) as NodeJS.ErrnoException;
  error.code = 'EDQUOT';
  error.syscall = syscall;
  return error;
}

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
  return Object.getOwnPropertyDescriptor(prototype, 'byteLength')?.get as () => number;
}

function lengthOf(data: unknown, encoding: unknown): number {
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
