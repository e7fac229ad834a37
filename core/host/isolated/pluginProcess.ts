// One process that runs one plugin: started with next to no rights, watched for memory, its output taken to the log, ended when it must.
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { type Logger, PostroomError } from '@postroom/sdk';
import { BUILT_FOLDER, PRODUCT_FOLDER } from '../../base/places.js';
import { residentMegabytes } from './memory.js';
import { Dialler, type DiallerOptions } from './network/dialler.js';
import { OutputLog } from './outputLog.js';
import { Peer, type PeerHandler } from './peer.js';
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
/** Requests of the plugin that may be open at a time. */
const MOST_REQUESTS = 1_000;

const NO_NETWORK: Pick<DiallerOptions, 'rules' | 'own'> = {
  rules: () => ({ dns: false, asked: [], agreed: [] }),
  own: () => ({ addresses: new Set(), ports: new Set(), dataDir: '' }),
};

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
  /** Which network it has. Default: none. */
  readonly network?: Pick<DiallerOptions, 'rules' | 'own'>;
  /** What the system says of a process's memory in megabytes. Default: what Linux says. */
  readonly systemSays?: (pid: number) => Promise<number | undefined>;
}

export class PluginProcess {
  readonly peer: Peer;
  /** Resolves when the process is gone, with the end of the sentence "its process ...". Never rejects. */
  readonly ended: Promise<string>;
  readonly startedAt = performance.now();
  /** Names the end of this process: the calls that it takes down fail by one incident. */
  readonly incident = `process ${++processes}`;
  readonly #child: ChildProcess;
  #reason: string | undefined;
  /** The process was asked and has not answered yet. */
  #isAsked = false;

  constructor(private readonly options: ProcessOptions) {
    this.#child = spawn(process.execPath, [...flags(options), RUNNER, JSON.stringify({ plugin: options.plugin, closed: true })], {
      cwd: options.storagePath,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const output = new OutputLog(options.log);
    output.take(this.#child.stdout, 'stdout');
    output.take(this.#child.stderr, 'stderr');
    this.peer = new Peer(this.#child.stdio[3] as Duplex, {
      limits: FROM_PLUGIN,
      mostCalls: MOST_REQUESTS,
      handlers: options.handlers,
      silenceMs: SILENCE_MS,
      onSilence: () => this.kill('did not react any more and was killed'),
      onBreach: (reason) => this.kill(`was killed: ${reason}`),
    });
    const dialler = new Dialler(this.#child.stdio[4] as Duplex, {
      plugin: options.plugin,
      ...(options.network ?? NO_NETWORK),
      onBreach: (reason) => this.kill(`was killed: ${reason}`),
    });
    const memory = setInterval(() => void this.#lookAtMemory(), MEMORY_LOOK_MS);
    this.ended = new Promise((resolve) => {
      const gone = (how: string): void => {
        clearInterval(memory);
        dialler.close();
        const reason = this.#reason ?? how;
        const fields = { plugin: options.plugin, incident: this.incident };
        this.peer.close(new PostroomError('plugin/failed', `its process ${reason}`, fields));
        resolve(reason);
      };
      this.#child.once('error', (error) => gone(`could not be started: ${error.message}`));
      this.#child.once('exit', (code, signal) => gone(howItEnded(code, signal)));
    });
  }

  /** Ends it at once, whatever it is doing. `reason`: the end of the sentence "its process ...". */
  kill(reason: string): void {
    this.#reason ??= reason;
    this.#child.kill('SIGKILL');
  }

  async #lookAtMemory(): Promise<void> {
    const { pid } = this.#child;
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
    ...[...read, path.join(PRODUCT_FOLDER, 'package.json'), path.join(PRODUCT_FOLDER, 'core', 'package.json')].map(
      (each) => `--allow-fs-read=${each}`,
    ),
    ...[...readable, storagePath].map((each) => `--allow-fs-read=${each}`),
    `--allow-fs-write=${storagePath}`,
    // The allow-list begins at Node's own loader.
    '--expose-internals',
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
