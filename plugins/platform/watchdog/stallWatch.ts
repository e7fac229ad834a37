// Code inside the host that never ends cannot be stopped from inside: nothing else gets a turn, no port and no signal. A second thread sees it.
import { Worker } from 'node:worker_threads';
import type { Disposable } from '@postroom/sdk';

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

/** The thread may fail for want of descriptors or memory: it is started again, soon at first. */
const AGAIN_MS = { first: 1_000, most: 60_000 };

/** The second thread: what it runs, and what becomes of it. */
export interface StallSight {
  /** The built file of stallWorker.ts. */
  readonly worker: string;
  /** The thread that watches failed; it is started again until it watches. */
  onBlind(error: Error): void;
  /** It watches again. */
  onSeeing(): void;
}

/**
 * Calls `onStall` in the middle of what runs once the event loop has not turned for `afterMs` milliseconds of processor time. Of the stack
 * it gets, nothing can go on.
 */
export function watchForStalls(afterMs: number, onStall: (stack: string) => void, sight: StallSight): Disposable {
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const everyMs = Math.ceil(afterMs / 12);
  const timer = setInterval(() => void Atomics.add(beats, 0, 1), everyMs);
  timer.unref();
  const answer = (beat: number): void => {
    // It may have turned while the question was on its way.
    if (Atomics.load(beats, 0) === beat) onStall(stackHere());
  };
  Reflect.set(globalThis, Symbol.for(HOOK), answer);
  const thread = new WatchingThread({ beats, afterMs, everyMs, hook: HOOK }, sight);
  thread.begin();
  return {
    dispose: async () => {
      clearInterval(timer);
      Reflect.deleteProperty(globalThis, Symbol.for(HOOK));
      await thread.end();
    },
  };
}

/** The second thread, and the next one after it where it fails. */
class WatchingThread {
  #worker: Worker | undefined;
  #again: NodeJS.Timeout | undefined;
  #pauseMs = AGAIN_MS.first;
  #isBlind = false;
  #isOver = false;

  constructor(
    private readonly data: StallWorkerData,
    private readonly sight: StallSight,
  ) {}

  begin(): void {
    try {
      const worker = new Worker(this.sight.worker, { workerData: this.data, resourceLimits: RESOURCES, execArgv: [], env: {} });
      this.#worker = worker;
      worker.unref();
      worker.once('message', () => this.#sees());
      worker.once('error', (error: Error) => this.#fails(error));
    } catch (error) {
      this.#fails(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async end(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#again);
    await this.#worker?.terminate();
  }

  #sees(): void {
    this.#pauseMs = AGAIN_MS.first;
    if (this.#isBlind) this.sight.onSeeing();
    this.#isBlind = false;
  }

  #fails(error: Error): void {
    if (this.#isOver) return;
    if (!this.#isBlind) this.sight.onBlind(error);
    this.#isBlind = true;
    this.#again = setTimeout(() => this.begin(), this.#pauseMs);
    this.#again.unref();
    this.#pauseMs = Math.min(this.#pauseMs * 2, AGAIN_MS.most);
  }
}

function stackHere(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEPTH;
  const { stack = '' } = new Error('Where the server is');
  Error.stackTraceLimit = stackTraceLimit;
  return stack;
}
