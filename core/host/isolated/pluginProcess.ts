// One process that runs one plugin: started with next to no rights, watched for memory, its output taken to the log, ended when it must.
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { type Logger, type MailView, PostroomError } from '@postroom/sdk';
import { OwnTime } from '../../base/ownTime.js';
import { BUILT_FOLDER, PRODUCT_FOLDER } from '../../base/places.js';
import type { TimeLimit } from '../../base/runningTime.js';
import { threadTimes } from '../../base/threadTimes.js';
import { CALLS_IN_HAND } from './callWindow.js';
import { residentMegabytes } from './memory.js';
import { OutputLog } from './outputLog.js';
import { Peer, type PeerHandler, type Reply } from './peer.js';
import { FROM_PLUGIN } from './protocol.js';
import { numberIn, recordOf } from './shapes.js';

/** Megabytes of JavaScript heap. */
const HEAP_MB = 64;
/**
 * Megabytes in memory, buffers included. Linux tells; elsewhere the process is asked, which a plugin that stands still or lies does not answer: then its
 * calls run out of time, and the heap has its own limit everywhere.
 */
const RESIDENT_MB = 256;
const MEMORY_LOOK_MS = 250;
/** A cancelled call that is not even acknowledged by then: the plugin's event loop stands still. */
const SILENCE_MS = 500;
/** A call that is not even begun: those before it have their time each, and this much more passes. */
const LINE_MS = 5_000;
/** Requests of the plugin that may be open at a time. */
const MOST_REQUESTS = 1_000;

const RUNNER = path.join(BUILT_FOLDER, 'host', 'isolated', 'runner.js');

/** Processes started so far. */
let processes = 0;

export interface ProcessOptions {
  /** `publisher.name` */
  readonly plugin: string;
  /** May be read: the plugin's own code, and the SDK beside it. */
  readonly readable: readonly string[];
  /** May be read and written; the working directory. */
  readonly storagePath: string;
  readonly log: Logger;
  readonly handlers: Readonly<Record<string, PeerHandler>>;
  /** The messages that the plugin has in hand. Default: none. */
  readonly inHand?: () => readonly MailView[];
  /** What the system says of a process's memory in megabytes. Default: what Linux says. */
  readonly systemSays?: (pid: number) => Promise<number | undefined>;
}

/** How a process ended. */
export interface ProcessEnd {
  /** The end of the sentence "its process ...". */
  readonly reason: string;
  /** The messages that it had in hand. */
  readonly inHand: readonly MailView[];
}

/** A call of a tap. */
export interface TimedCall {
  readonly method: string;
  readonly data: unknown;
  readonly octets: Uint8Array | undefined;
  /** `publisher.name/tap` */
  readonly name: string;
  /** Milliseconds for the handler. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The process ended before the plugin had begun with a call: it is innocent of that, and so is its message. */
export class NeverBegun extends Error {}

export class PluginProcess {
  readonly peer: Peer;
  /** Resolves when the process is gone. Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  readonly startedAt = performance.now();
  /** Names the end of this process: the calls that it takes down fail by one incident. */
  readonly incident = `process ${++processes}`;
  readonly #child: ChildProcess;
  readonly #time: OwnTime;
  #reason: string | undefined;
  #isGone = false;
  /** The process was asked and has not answered yet. */
  #isAsked = false;

  constructor(private readonly options: ProcessOptions) {
    this.#child = spawn(process.execPath, [...flags(options), RUNNER, options.plugin], {
      cwd: options.storagePath,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const output = new OutputLog(options.log);
    output.take(this.#child.stdout, 'stdout');
    output.take(this.#child.stderr, 'stderr');
    this.#time = new OwnTime(async () => (this.#child.pid === undefined ? undefined : threadTimes(`${this.#child.pid}`)));
    this.peer = new Peer(this.#child.stdio[3] as Duplex, {
      limits: FROM_PLUGIN,
      mostCalls: MOST_REQUESTS,
      handlers: options.handlers,
      silenceMs: SILENCE_MS,
      limit: (ms, call) => this.limit(ms, call),
      serving: (work, lag) => this.#time.serving(work, lag),
      onSilence: () => this.kill('did not react any more and was killed'),
      onBreach: (reason) => this.kill(`was killed: ${reason}`),
    });
    const memory = setInterval(() => void this.#lookAtMemory(), MEMORY_LOOK_MS);
    this.ended = new Promise((resolve) => {
      const gone = (how: string): void => {
        clearInterval(memory);
        this.#isGone = true;
        const reason = this.#reason ?? how;
        const inHand = options.inHand?.() ?? [];
        const fields = { plugin: options.plugin, incident: this.incident };
        this.peer.close(new PostroomError('plugin/failed', `its process ${reason}`, fields));
        resolve({ reason, inHand });
      };
      this.#child.once('error', (error) => gone(`could not be started: ${error.message}`));
      this.#child.once('exit', (code, signal) => gone(howItEnded(code, signal)));
    });
  }

  /** As OwnTime: calls once the process has had so many milliseconds of its own. */
  limit(ms: number, call: () => void): TimeLimit {
    return this.#time.limit(ms, call);
  }

  /**
   * Calls a handler. Its time runs from when the plugin takes the call. Rejects with `plugin/timeout`, with what the handler threw, with the reason of
   * the process's end, or with NeverBegun.
   */
  async call({ method, data, octets, name, timeoutMs, signal }: TimedCall): Promise<Required<Reply>> {
    const late = new AbortController();
    const giveUp = (): void => late.abort(signal.reason);
    let isLate = false;
    const timeOut = (): void => {
      isLate = true;
      const sentence = `${name} did not answer within ${timeoutMs} ms.`;
      late.abort(new PostroomError('plugin/timeout', sentence, { plugin: this.options.plugin }));
    };
    let end: (() => void) | undefined;
    let limit = this.limit(CALLS_IN_HAND * timeoutMs + LINE_MS, timeOut);
    const onBegun = (): void => {
      end = this.#time.begin();
      limit.dispose();
      limit = this.limit(timeoutMs, timeOut);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      signal.throwIfAborted();
      return await this.peer.call(method, data, octets, { signal: late.signal, onBegun, hadItsTime: () => isLate });
    } catch (error) {
      throw this.#isGone && end === undefined ? new NeverBegun(this.#reason) : error;
    } finally {
      end?.();
      limit.dispose();
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Ends it at once, whatever it is doing. `reason`: the end of the sentence "its process ...". */
  kill(reason: string): void {
    this.#reason ??= reason;
    this.#child.kill('SIGKILL');
  }

  async #lookAtMemory(): Promise<void> {
    const { pid } = this.#child;
    void this.#time.look();
    const system = this.options.systemSays ?? residentMegabytes;
    const megabytes = (pid === undefined ? undefined : await system(pid)) ?? (await this.#askForMemory());
    if (megabytes !== undefined && megabytes > RESIDENT_MB) {
      this.kill(`took ${Math.round(megabytes)} MB of memory and was killed; ${RESIDENT_MB} MB are allowed`);
    }
  }

  async #askForMemory(): Promise<number | undefined> {
    if (this.#isAsked) {
      return undefined;
    }
    this.#isAsked = true;
    try {
      return numberIn(recordOf((await this.peer.call('memory')).data), 'megabytes');
    } catch {
      // It is gone.
      return undefined;
    } finally {
      this.#isAsked = false;
    }
  }
}

/** Newer versions of Node have left the experiment, and restrict the network as well where it is not allowed. */
function flags({ readable, storagePath }: ProcessOptions): readonly string[] {
  const known = process.allowedNodeEnvironmentFlags;
  const read = [BUILT_FOLDER, path.join(PRODUCT_FOLDER, 'sdk'), path.join(PRODUCT_FOLDER, 'node_modules', '@postroom')];
  return [
    known.has('--permission') ? '--permission' : '--experimental-permission',
    ...(known.has('--allow-net') ? ['--allow-net'] : []),
    ...[...read, path.join(PRODUCT_FOLDER, 'package.json'), path.join(PRODUCT_FOLDER, 'core', 'package.json')].map(
      (each) => `--allow-fs-read=${each}`,
    ),
    ...[...readable, storagePath].map((each) => `--allow-fs-read=${each}`),
    `--allow-fs-write=${storagePath}`,
    `--max-old-space-size=${HEAP_MB}`,
    '--disable-warning=ExperimentalWarning',
  ];
}

/** Nothing of the host's, but what a process needs to find the local time and, on Windows, the network. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(['TZ', 'SystemRoot'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

function howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGABRT' || code === 134) {
    return `ran out of memory; ${HEAP_MB} MB of heap are allowed`;
  }
  return signal === null ? `ended by itself with exit code ${code}` : `ended by ${signal}`;
}
