// How much a plugin may still write, kept where Node's own functions for files end: so nothing is written beyond it, however fast it goes. The host
// looks at the folder and sets it again; it is not what the host relies on.
import type { Binding } from '../allowList/internals.js';
import { type Args, COSTS, type FileFunctions, type Meter, quotaError, type Work } from './writeCosts.js';
import { meterJobs } from './writeJobs.js';

const { apply } = Reflect;
const { max } = Math;
const nextTick = process.nextTick.bind(process);
const rejected = Promise.reject.bind(Promise);
// oxlint-disable-next-line unbound-method
const { then } = Promise.prototype;

export interface WriteBudget {
  /** The host's answer to the last question: so many octets were left when that was asked. */
  set(octets: number): void;
}

/**
 * `ask`: the host should look how much is left; `wanted` octets were refused, or none were and half of it is used. A plugin may change the prototypes
 * and globals of the language: nothing is asked of them here that it could answer in its favour.
 */
export function keepWriteBudget(functions: FileFunctions, octets: number, ask: (wanted: number) => void): WriteBudget {
  let left = octets;
  let granted = octets;
  /** Octets written since the host was asked, or on their way then: it may or may not have seen them. */
  let since = 0;
  /** Octets that a thread of Node's is about to write. */
  let onTheWay = 0;
  let isAsking = false;
  /** Refused while a question was open: asked next. */
  let refusedSince = 0;
  const question = (wanted: number): void => {
    if (isAsking) {
      refusedSince = max(refusedSince, wanted);
      return;
    }
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
    const native = functions.natives[name];
    if (typeof native === 'function') put(functions.natives, name, metered(name, native as Work, cost));
  }
  meterJobs(functions, metered);
  return {
    set: (next) => {
      isAsking = false;
      left = next - since;
      granted = left;
      const wanted = refusedSince;
      refusedSince = 0;
      if (wanted > left) question(wanted);
    },
  };
}

function put(owner: Binding, name: string, value: Work): void {
  Object.defineProperty(owner, name, { value, configurable: false, writable: false });
}

interface Request {
  oncomplete: (...results: Args) => unknown;
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
