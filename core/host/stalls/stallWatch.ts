// Code inside the host that never ends cannot be stopped from inside: nothing else gets a turn, no port and no signal. A second thread sees it.
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Disposable } from '@postroom/sdk';
import { BUILT_FOLDER } from '../../base/places.js';

export interface StallWorkerData {
  /** One number, which changes with every beat of the event loop. */
  readonly beats: Int32Array;
  readonly afterMs: number;
  readonly everyMs: number;
  /** Key of the global symbol under which the main thread answers. */
  readonly hook: string;
}

const HOOK = 'postroom.stalled';
/** Frames: deep enough for a plugin below what it calls. */
const DEPTH = 100;
/** The thread itself needs three megabytes; with these V8 sets no more aside. */
const RESOURCES = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1 };

/**
 * Calls `onStall` in the middle of what runs once the event loop has not turned for `afterMs` milliseconds of processor time. Of the stack
 * it gets, nothing can go on. `onBlind`: the thread that watches failed.
 */
export function watchForStalls(afterMs: number, onStall: (stack: string) => void, onBlind: (error: Error) => void): Disposable {
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const everyMs = Math.ceil(afterMs / 12);
  const data: StallWorkerData = { beats, afterMs, everyMs, hook: HOOK };
  const file = path.join(BUILT_FOLDER, 'host', 'stalls', 'stallWorker.js');
  const worker = new Worker(file, { workerData: data, resourceLimits: RESOURCES, execArgv: [], env: {} });
  worker.unref();
  worker.on('error', onBlind);
  const timer = setInterval(() => void Atomics.add(beats, 0, 1), everyMs);
  timer.unref();
  const answer = (beat: number): void => {
    // It may have turned while the question was on its way.
    if (Atomics.load(beats, 0) === beat) onStall(stackHere());
  };
  Reflect.set(globalThis, Symbol.for(HOOK), answer);
  return {
    dispose: async () => {
      clearInterval(timer);
      Reflect.deleteProperty(globalThis, Symbol.for(HOOK));
      await worker.terminate();
    },
  };
}

function stackHere(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEPTH;
  const { stack = '' } = new Error('Where the server is');
  Error.stackTraceLimit = stackTraceLimit;
  return stack;
}
