// One process that runs one plugin: started with next to no rights, watched for memory and disk, its output taken to the log, ended when it must.
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import type { Duplex, Readable, Writable } from 'node:stream';
import { type Logger, type MailView, PostroomError } from '@postroom/sdk';
import { afterRunning, OwnTime, type TimeLimit, threadTimes } from '@postroom/sdk/base';
import { CALLS_IN_HAND } from '../calls/callWindow.js';
import { NO_FENCE, type PluginFence } from '../fence/fence.js';
import { limited } from '../fence/limits.js';
import { Dialler, type DiallerOptions } from '../network/dialler.js';
import { Peer, type PeerHandler, type Reply } from '../pipe/peer.js';
import { FROM_PLUGIN, NETWORK_PIPE, type RunnerOptions, TO_HOST_PIPE, TO_PLUGIN_PIPE } from '../pipe/protocol.js';
import { numberIn, recordOf } from '../pipe/shapes.js';
import { ISOLATION_CODE, PRODUCT_PARTS } from '../places.js';
import type { StorageLimits } from '../storage/storageWatch.js';
import { environment, HEAP_MB, nodeFlags } from './nodeFlags.js';
import { OutputLog } from './outputLog.js';
import { ProcessWatch } from './processWatch.js';

/** A cancelled call that is not even acknowledged by then: the plugin's event loop stands still. */
const SILENCE_MS = 500;
/** A call that is not even begun: those before it have their time each, and this much more passes. */
const LINE_MS = 5_000;
/** The end of a pipe whose process is gone comes at once, where nothing else holds it open. */
const PIPE_END_MS = 1_000;
/** Requests of the plugin that may be open at a time. */
const MOST_REQUESTS = 1_000;
/**
 * Octets of those together, and of answers that it has not read yet. JSON may take twenty times its size here, and each answer may be as large as a
 * message's content: room for what a plugin of 64 MB can use, and none for one that asks without end.
 */
const MOST_OCTETS = { asked: 32 * 2 ** 20, waiting: 128 * 2 ** 20 };
const NO_NETWORK: Pick<DiallerOptions, 'rules' | 'own'> = {
  rules: () => ({ dns: false, asked: [], agreed: [] }),
  own: () => ({ addresses: new Set(), ports: new Set(), dataDir: '' }),
};
/** Octets by which one file may grow past the quota, so that it is seen to have. */
const BEYOND = 64 * 1024;
const SOME_STORAGE: StorageLimits = { quota: 256 * 2 ** 20, floor: 0 };

const RUNNER = path.join(ISOLATION_CODE, 'child', 'runner.js');

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
  /** The system's fence around it. Default: none. */
  readonly fence?: PluginFence;
  /** False: without the allow-list and Node's permissions, to try what the fence holds by itself. Default true. */
  readonly closed?: boolean;
  /** Which network it has. Default: none. */
  readonly network?: Pick<DiallerOptions, 'rules' | 'own' | 'lookup'>;
  /** Its share of the disk, asked at every look. Default: 256 MB. */
  readonly storage?: () => StorageLimits;
  /** Octets of that which are left. Default: all. */
  readonly storageLeft?: number;
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
  readonly #plugin: string;
  readonly #time: OwnTime;
  #reason: string | undefined;
  #isGone = false;
  /** The process was asked and has not answered yet. */
  #isAsked = false;

  constructor(options: ProcessOptions) {
    const { plugin, log, storage = () => SOME_STORAGE, inHand = () => [] } = options;
    this.#plugin = plugin;
    this.#child = start(options, storage());
    const output = new OutputLog(log);
    output.take(this.#child.stdout, 'stdout');
    output.take(this.#child.stderr, 'stderr');
    const end = (reason: string): void => this.kill(reason);
    this.#time = new OwnTime(async () => {
      const pid = await watch.node();
      return pid === undefined ? undefined : threadTimes(`${pid}`);
    });
    const { stdio } = this.#child as { readonly stdio: readonly unknown[] };
    const pipes = { reads: stdio[TO_HOST_PIPE] as Readable, writes: stdio[TO_PLUGIN_PIPE] as Writable };
    this.peer = new Peer(pipes, {
      limits: FROM_PLUGIN,
      mostCalls: MOST_REQUESTS,
      most: MOST_OCTETS,
      handlers: {
        ...options.handlers,
        'storage.ask': (data) => {
          void watch.asked(numberIn(recordOf(data), 'wanted'));
          return undefined;
        },
      },
      silenceMs: SILENCE_MS,
      limit: (ms, call) => this.limit(ms, call),
      serving: (work, lag) => this.#time.serving(work, lag),
      onSilence: () => this.kill('did not react any more and was killed'),
      onBreach: (reason) => this.kill(`was killed: ${reason}`),
    });
    const dialler = new Dialler(stdio[NETWORK_PIPE] as Duplex, {
      plugin,
      ...(options.network ?? NO_NETWORK),
      onBreach: (reason) => this.kill(`was killed: ${reason}`),
    });
    const watch = new ProcessWatch({
      pid: this.#child.pid,
      storagePath: options.storagePath,
      storage,
      systemSays: options.systemSays,
      ask: () => this.#askForMemory(),
      onLook: () => this.#time.look(),
      onRoom: (octets) => this.peer.note('storage', { octets }),
      onBreach: end,
    });
    this.ended = new Promise((resolve) => {
      const gone = async (how: string): Promise<void> => {
        this.#isGone = true;
        this.#reason ??= how;
        const reason = this.#reason;
        watch.dispose();
        dialler.close();
        await readToItsEnd(pipes.reads);
        resolve({ reason, inHand: inHand() });
        this.peer.close(new PostroomError('plugin/failed', `its process ${reason}`, { plugin, incident: this.incident }));
      };
      this.#child.once('error', (error) => void gone(`could not be started: ${error.message}`));
      this.#child.once('exit', (code, signal) => void gone(howItEnded(code, signal)));
    });
  }

  /** What was started: the process of the fence where there is one. `undefined` where it could not be. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** As OwnTime: calls once the process itself has had so many milliseconds. */
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
      late.abort(new PostroomError('plugin/timeout', sentence, { plugin: this.#plugin }));
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
      if (this.#isGone) throw new NeverBegun(this.#reason);
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

function start(options: ProcessOptions, { quota }: StorageLimits): ChildProcess {
  const { plugin, readable, storagePath, fence = NO_FENCE, closed = true, storageLeft = quota } = options;
  const given: RunnerOptions = { plugin, closed, storage: storageLeft };
  const args = [...nodeFlags(readable, storagePath, closed), RUNNER, JSON.stringify(given)];
  const fenced = fence.wrap({ program: process.execPath, args, readable: [...PRODUCT_PARTS, ...readable], writable: storagePath });
  const command = limited(fenced, quota + BEYOND);
  return spawn(command.program, command.args, {
    cwd: storagePath,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    windowsHide: true,
    // Ctrl+C in the server's terminal is for the server, which ends its plugins in order.
    detached: process.platform !== 'win32',
  });
}

/** What a process has answered is read after its end too: otherwise those messages would be taken for the ones that it ended over. */
function readToItsEnd(pipe: Readable): Promise<void> {
  return new Promise((resolve) => {
    const limit = afterRunning(PIPE_END_MS, resolve);
    const done = (): void => {
      limit.dispose();
      resolve();
    };
    if (pipe.closed) done();
    else pipe.once('close', done);
  });
}

function howItEnded(code: number | null, signal: NodeJS.Signals | null): string {
  // A fence ends as what it holds does: by a signal's number and 128.
  const name = signal ?? Object.entries(constants.signals).find(([, number]) => number + 128 === code)?.[0];
  if (name === 'SIGABRT') {
    return `ran out of memory; ${HEAP_MB} MB of heap are allowed`;
  }
  return name === undefined ? `ended by itself with exit code ${code}` : `ended by ${name}`;
}
