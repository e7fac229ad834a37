// The module of an isolated plugin: its code runs in another process, which may end at any time without taking mail with it. Its taps stay in the hooks
// while the process is started again, so no message passes by a filter that just fell over.
import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Disposable, type MailSender, type PluginContext, PostroomError, type Settings, sentenceOf } from '@postroom/sdk';
import { afterRunning, cannotWrite, DisposableStack, linkSdk, makeFolder, type TimeLimit } from '@postroom/sdk/base';
import type { Clock, IsolatedModule, IsolatedPlugin, IsolationHost, SettingsService } from '@postroom/sdk/services';
import { CallWindow } from './calls/callWindow.js';
import { HostCommands } from './calls/hostCommands.js';
import { serviceHandlers } from './calls/hostServices.js';
import { HostTaps } from './calls/hostTaps.js';
import { MessageHandles } from './calls/messageHandles.js';
import type { TapCallRequest } from './calls/tapCalls.js';
import type { Fences } from './fence/fences.js';
import type { PluginNetwork } from './network/pluginNetwork.js';
import type { PeerHandler, Reply } from './pipe/peer.js';
import type { Activation, IsolatedHook, SettingsSnapshot } from './pipe/protocol.js';
import { NeverBegun, PluginProcess, type ProcessEnd } from './process/pluginProcess.js';
import { failuresAfter, restartDelay } from './process/restart.js';
import { fullSentence, type StorageLimits, StorageWatch } from './storage/storageWatch.js';

/** Node itself starts: the machine's affair, and a busy one takes seconds. */
const START_MS = 30_000;
const ACTIVATION_MS = 5_000;
const DEACTIVATION_MS = 5_000;
/** Processes that may end before they begin with a call, until it fails. */
const MOST_PROCESSES = 3;

/** What all modules share. */
export interface IsolationParts {
  readonly clock: Clock;
  /** Of this plugin: which limits the administrator has set. */
  readonly limits: Settings;
  readonly settings: SettingsService;
  readonly fences: Fences;
  readonly network: PluginNetwork;
}

/** What runs now. */
interface Life {
  readonly process: PluginProcess;
  /** Taps that this process has a handler for: `onSort scan`. */
  readonly announced: Set<string>;
}

/** The host's ends of what the plugin does with its context. */
interface HostEnds {
  readonly context: PluginContext;
  readonly taps: HostTaps;
  readonly commands: HostCommands;
}

export class ProcessModule implements IsolatedModule {
  readonly #desk: MessageHandles;
  readonly #stack = new DisposableStack();
  /** By hook: sorting does not wait for a relay that takes minutes. */
  readonly #windows: Readonly<Record<IsolatedHook, CallWindow>> = {
    onSort: new CallWindow(),
    onDeliver: new CallWindow(),
    onSchedule: new CallWindow(),
  };
  #failures = 0;
  #isActive = false;
  #pausing: { readonly end: () => void; readonly timer: Disposable } | undefined;
  /** The process that runs; `undefined` while there is none. */
  #alive: Life | undefined;
  /** The process to call: pending while one is being started. */
  #life: Promise<Life> = Promise.reject(new Error('not started'));

  constructor(
    private readonly plugin: IsolatedPlugin,
    private readonly host: IsolationHost,
    private readonly parts: IsolationParts,
  ) {
    this.#life.catch(() => undefined);
    this.#desk = new MessageHandles(plugin.id);
  }

  async activate(context: PluginContext): Promise<void> {
    const taps = new HostTaps(
      this.plugin,
      context.hooks,
      (tap) => this.host.timeLimit(tap),
      this.#desk,
      (call) => this.#callTap(call),
    );
    const commands = new HostCommands(context.commands, async (request, signal) =>
      (await this.#life).process.peer.call('command', request, undefined, { signal }),
    );
    const ends: HostEnds = { context, taps, commands };
    const life = await this.#begin(ends);
    this.#stack.use(this.parts.settings.onDidApply(() => void this.#tellSettings()));
    this.#isActive = true;
    if (life.announced.size > 0) this.#stack.use(this.host.keepContentReady());
    taps.open(life.announced);
  }

  async deactivate(): Promise<readonly string[]> {
    const problems: string[] = [];
    this.#isActive = false;
    await this.#pausing?.timer.dispose();
    this.#pausing?.end();
    const life = await this.#life.catch(() => undefined);
    if (life !== undefined) {
      try {
        const signal = AbortSignal.timeout(DEACTIVATION_MS);
        const { data } = await life.process.peer.call('deactivate', undefined, undefined, { signal });
        problems.push(...(Array.isArray(data) ? data.map(String) : []));
      } catch (error) {
        problems.push(`deactivate() did not end: ${sentenceOf(error)}`);
      }
      life.process.kill('was ended');
      await life.process.ended;
    }
    return [...problems, ...(await this.#stack.disposeAll())];
  }

  /** Starts a process and activates the plugin in it. */
  #begin(ends: HostEnds): Promise<Life> {
    const beginning = this.#start(ends);
    this.#life = beginning;
    beginning.catch(() => undefined);
    return beginning;
  }

  async #start(ends: HostEnds): Promise<Life> {
    const { id, folder, manifest } = this.plugin;
    const { storagePath, log } = ends.context;
    await makeFolder(storagePath, 0o700).catch((error: unknown) => {
      throw cannotWrite(storagePath, error, 'See to the room and the permissions of the data folder.');
    });
    // Whatever rights a plugin gives to its files, other users of this machine do not come that far.
    await chmod(path.dirname(storagePath), 0o700);
    await linkSdk(path.dirname(folder));
    const storage = (): StorageLimits => this.#storageLimits();
    const { left, breach } = await new StorageWatch(storagePath, storage).look(undefined);
    if (breach !== undefined) throw new PostroomError('plugin/failed', fullSentence(id, storagePath, storage()), { plugin: id });
    const fence = await this.parts.fences.forPlugin(id);
    const announced = new Set<string>();
    const { network } = this.parts;
    const started = new PluginProcess({
      plugin: id,
      readable: [folder, path.join(path.dirname(folder), 'node_modules')],
      storagePath,
      log,
      handlers: this.#handlers(announced, ends),
      inHand: () => this.#desk.lent,
      fence,
      storage,
      storageLeft: left,
      network: { rules: () => network.rulesFor(manifest), own: () => network.own() },
    });
    const activation: Activation = {
      id,
      manifest,
      main: pathToFileURL(path.join(folder, manifest.main ?? '')).href,
      folder,
      storagePath,
      settings: this.#settings(),
    };
    try {
      await this.#activateIn(started, activation);
      const silent = ends.taps.silent(announced);
      if (silent.length > 0) {
        throw new PostroomError('plugin/failed', `${id} declares ${silent.join(', ')} but activate() supplied no handler.`, { plugin: id });
      }
    } catch (error) {
      started.kill('was ended');
      await started.ended;
      throw error;
    }
    void started.ended.then((end) => this.#ended(started, end, ends));
    this.#alive = { process: started, announced };
    return this.#alive;
  }

  async #activateIn(started: PluginProcess, activation: Activation): Promise<void> {
    const { id } = activation;
    // It answers this as soon as it runs: from then on the plugin's own time counts.
    await inTime(started, START_MS, `${id}: its process did not start`, 'memory');
    await inTime(started, ACTIVATION_MS, `${id}: activate() did not end`, 'activate', activation);
  }

  /** The process ended by itself: report, wait, start again. */
  #ended(last: PluginProcess, { reason, inHand }: ProcessEnd, ends: HostEnds): void {
    this.#alive = undefined;
    if (!this.#isActive) {
      return;
    }
    this.#failures = failuresAfter({ failures: this.#failures, livedMs: performance.now() - last.startedAt });
    this.host.failed(`${this.plugin.id}: its process ${reason}.`, inHand);
    this.#life = this.#pause().then(() => this.#again(ends));
    this.#life.catch(() => undefined);
  }

  async #again(ends: HostEnds): Promise<Life> {
    if (!this.#isActive) {
      throw new PostroomError('plugin/failed', `${this.plugin.id} is not active any more.`, { plugin: this.plugin.id });
    }
    try {
      return await this.#start(ends);
    } catch (error) {
      // It was ended meanwhile.
      if (!this.#isActive) throw error;
      this.#failures += 1;
      this.host.failed(`${this.plugin.id} could not be started again: ${sentenceOf(error)}`, []);
      await this.#pause();
      return this.#again(ends);
    }
  }

  /** Lets the back-off pass; deactivate() cuts it short. */
  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#pausing = { end: resolve, timer: this.parts.clock.after(restartDelay(this.#failures), resolve) };
    });
    this.#pausing = undefined;
  }

  /** Calls the plugin in whatever process runs it when there is room for the call. */
  async #callTap({ method, timeoutMs, signal, ...more }: TapCallRequest): Promise<Reply> {
    const window = this.#windows[method];
    await window.enter(signal);
    try {
      for (let left = MOST_PROCESSES; ; left -= 1) {
        const { process } = await this.#running(timeoutMs, signal);
        try {
          return await process.call({ method, timeoutMs, signal, ...more });
        } catch (error) {
          if (!(error instanceof NeverBegun)) throw error;
          if (left === 1) throw this.#gone(error.message);
          // From then on it is not the one to call any more.
          await process.ended;
        }
      }
    } finally {
      window.leave();
    }
  }

  /** The plugin's process. One that is just being started is waited for; where that has to wait for its back-off, no longer than for a call. */
  async #running(timeoutMs: number, signal: AbortSignal): Promise<Life> {
    if (this.#alive !== undefined) return this.#alive;
    let limit: TimeLimit | undefined;
    let stop: (() => void) | undefined;
    try {
      return await new Promise<Life>((resolve, reject) => {
        stop = () => reject(signal.reason as Error);
        const look = (): void => {
          if (this.#pausing === undefined) limit = afterRunning(timeoutMs, look);
          else reject(this.#gone(`was not back within ${timeoutMs} ms`));
        };
        limit = afterRunning(timeoutMs, look);
        signal.addEventListener('abort', stop, { once: true });
        this.#life.then(resolve, reject);
      });
    } finally {
      limit?.dispose();
      if (stop !== undefined) signal.removeEventListener('abort', stop);
    }
  }

  /** What a call fails with that no process took. The end of the process was reported by itself. */
  #gone(how: string): PostroomError {
    const { id } = this.plugin;
    return new PostroomError('plugin/failed', `its process ${how}`, { plugin: id, incident: 'gone' });
  }

  #handlers(announced: Set<string>, { context, taps, commands }: HostEnds): Readonly<Record<string, PeerHandler>> {
    const { state, secrets, log } = context;
    return {
      ...this.#desk.handlers,
      ...serviceHandlers({ state, secrets, log, mail: this.#mail(context.mail) }),
      ...taps.handlers(announced),
      ...commands.handlers,
    };
  }

  /** What it sends comes by its own taps as well. */
  #mail(sender: MailSender): MailSender {
    const { onSort, onDeliver } = this.#windows;
    return { send: (mail) => onSort.widen(() => onDeliver.widen(() => sender.send(mail))) };
  }

  #storageLimits(): StorageLimits {
    const megabytes = (key: string): number => this.parts.limits.get<number>(key) * 2 ** 20;
    return { quota: megabytes('plugins.storageMegabytes'), floor: megabytes('server.freeSpaceFloorMB') };
  }

  async #tellSettings(): Promise<void> {
    const life = await this.#life.catch(() => undefined);
    life?.process.peer.note('settings', this.#settings());
  }

  #settings(): SettingsSnapshot {
    const { value, schema } = this.parts.settings;
    return {
      value,
      properties: [...schema.properties.values()].map((each) => ({
        key: each.key,
        scope: each.scope,
        secret: each.schema.secret === true,
        default: each.schema.default,
      })),
    };
  }
}

/** Calls the process's runner; rejects with `plugin/timeout` after so many milliseconds of the process's own time. */
async function inTime(started: PluginProcess, ms: number, what: string, method: string, data?: unknown): Promise<void> {
  const late = new AbortController();
  const limit = started.limit(ms, () => late.abort(new PostroomError('plugin/timeout', `${what} within ${ms / 1000} seconds.`)));
  try {
    await started.peer.call(method, data, undefined, { signal: late.signal });
  } finally {
    limit.dispose();
  }
}
