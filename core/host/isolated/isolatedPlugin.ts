// A plugin that is not part of the product: its code runs in a process of its own, which may end at any time without taking mail with it.
// Its taps stay in the hooks while the process is started again, so no message passes by a filter that just fell over.
import { chmod } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Disposable, type Logger, type MailSender, type PluginManifest, PostroomError, sentenceOf } from '@postroom/sdk';
import { cannotWrite, DisposableStack, makeFolder } from '@postroom/sdk/base';
import { Clock, Log, PluginStorages, SecretStore } from '@postroom/sdk/services';
import type { Container } from 'inversify';
import { service } from '../../base/bindings.js';
import { afterRunning, type TimeLimit } from '../../base/runningTime.js';
import { SettingsService } from '../../configuration/inForce/settingsService.js';
import { HostHooks } from '../../hooks.js';
import { sharedContentParser } from '../../mail/contentParser.js';
import { CommandRegistry } from '../commandRegistry.js';
import type { InstalledPlugin } from '../discovery.js';
import type { PluginFailure } from '../failureTracker.js';
import { PluginNetwork } from '../network/pluginNetwork.js';
import { pluginMail } from '../pluginMail.js';
import type { PluginRuntime } from '../pluginRuntime.js';
import { pluginSecrets } from '../pluginSecrets.js';
import { CallWindow } from './callWindow.js';
import { Fences } from './fence/fences.js';
import { HostCommands } from './hostCommands.js';
import { serviceHandlers } from './hostServices.js';
import { HostTaps } from './hostTaps.js';
import { MessageHandles } from './messageHandles.js';
import type { PeerHandler, Reply } from './peer.js';
import { NeverBegun, PluginProcess, type ProcessEnd } from './pluginProcess.js';
import type { Activation, IsolatedHook, SettingsSnapshot } from './protocol.js';
import { failuresAfter, restartDelay } from './restart.js';
import { linkSdk } from './sdkLink.js';
import { fullSentence, type StorageLimits, StorageWatch } from './storage/storageWatch.js';
import type { TapCallRequest } from './tapCalls.js';

/** Node itself starts: the machine's affair, and a busy one takes seconds. */
const START_MS = 30_000;
const ACTIVATION_MS = 5_000;
const DEACTIVATION_MS = 5_000;
/** Processes that may end before they begin with a call, until it fails. */
const MOST_PROCESSES = 3;

export interface IsolatedPluginOptions {
  /** Where every plugin has its own folder to write in. */
  readonly storageRoot: string;
  /** The end of a process, which no call will report. */
  readonly reportFailure: (plugin: string, sentence: string, strike: PluginFailure) => void;
  /** The same where it counts for nothing. */
  readonly noteProblem: (plugin: string, sentence: string) => void;
}

/** What runs now, or why nothing does. */
interface Life {
  readonly process: PluginProcess;
  /** Taps that this process has a handler for: `onSort scan`. */
  readonly announced: Set<string>;
}

export class IsolatedPlugin implements PluginRuntime {
  readonly #desk: MessageHandles;
  readonly #stack = new DisposableStack();
  readonly #log: Logger;
  readonly #taps: HostTaps;
  readonly #commands: HostCommands;
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
    private readonly plugin: InstalledPlugin & { readonly manifest: PluginManifest },
    private readonly container: Container,
    private readonly options: IsolatedPluginOptions,
  ) {
    this.#life.catch(() => undefined);
    this.#log = service(container, Log).forSource(plugin.id);
    this.#desk = new MessageHandles(plugin.id);
    this.#taps = new HostTaps(plugin, service(container, HostHooks), this.#desk, (call) => this.#callTap(call));
    this.#commands = new HostCommands(plugin.id, service(container, CommandRegistry), async (request, signal) =>
      (await this.#life).process.peer.call('command', request, undefined, { signal }),
    );
  }

  async activate(instead?: PluginRuntime): Promise<void> {
    if (this.plugin.manifest.main === undefined) {
      instead?.untap();
      return;
    }
    const life = await this.#begin();
    const settings = service(this.container, SettingsService);
    this.#stack.use(settings.onDidApply(() => void this.#tellSettings()));
    this.#isActive = true;
    if (life.announced.size > 0) this.#stack.use(sharedContentParser.keepReady());
    // In one go, so that no message meets both versions or half of one.
    instead?.untap();
    this.#taps.open(life.announced);
  }

  untap(): void {
    this.#taps.close();
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
    await this.#commands.dispose();
    return [...problems, ...(await this.#stack.disposeAll())];
  }

  /** Starts a process and activates the plugin in it. */
  #begin(): Promise<Life> {
    const beginning = this.#start();
    this.#life = beginning;
    beginning.catch(() => undefined);
    return beginning;
  }

  async #start(): Promise<Life> {
    const { id, folder, manifest } = this.plugin;
    const storagePath = path.join(this.options.storageRoot, id);
    await makeFolder(storagePath, 0o700).catch((error: unknown) => {
      throw cannotWrite(storagePath, error, 'See to the room and the permissions of the data folder.');
    });
    // Whatever a plugin leaves in its own folder, nobody else on this machine comes that far.
    await chmod(this.options.storageRoot, 0o700);
    await linkSdk(path.dirname(folder));
    const storage = (): StorageLimits => this.#storageLimits();
    const { left, breach } = await new StorageWatch(storagePath, storage).look(undefined);
    if (breach !== undefined) throw new PostroomError('plugin/failed', fullSentence(id, storagePath, storage()), { plugin: id });
    const fence = await service(this.container, Fences).forPlugin(id);
    const announced = new Set<string>();
    const network = service(this.container, PluginNetwork);
    const started = new PluginProcess({
      plugin: id,
      readable: [folder, path.join(path.dirname(folder), 'node_modules')],
      storagePath,
      log: this.#log,
      handlers: this.#handlers(announced),
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
      const silent = this.#taps.silent(announced);
      if (silent.length > 0) {
        throw new PostroomError('plugin/failed', `${id} declares ${silent.join(', ')} but activate() supplied no handler.`, { plugin: id });
      }
    } catch (error) {
      started.kill('was ended');
      await started.ended;
      throw error;
    }
    void started.ended.then((end) => this.#ended(started, end));
    this.#alive = { process: started, announced };
    return this.#alive;
  }

  async #activateIn(started: PluginProcess, activation: Activation): Promise<void> {
    const { id } = activation;
    // It answers this as soon as it runs: from then on the plugin's own time counts.
    await inTime(started, START_MS, `${id}: its process did not start`, 'memory');
    await inTime(started, ACTIVATION_MS, `${id}: activate() did not end`, 'activate', activation);
  }

  /** The process is gone and nobody asked for it: report, wait, start again. */
  #ended(last: PluginProcess, { reason, inHand }: ProcessEnd): void {
    this.#alive = undefined;
    if (!this.#isActive) {
      return;
    }
    this.#failures = failuresAfter({ failures: this.#failures, livedMs: performance.now() - last.startedAt });
    const sentence = `${this.plugin.id}: its process ${reason}.`;
    // What somebody only tried out switches no plugin off; nobody can tell whether it was that or the mail beside it.
    if (inHand.some((mail) => mail.rehearsal)) this.options.noteProblem(this.plugin.id, sentence);
    else this.#report(sentence, [...new Set(inHand.map(({ id }) => id))]);
    this.#life = this.#pause().then(() => this.#again());
    this.#life.catch(() => undefined);
  }

  async #again(): Promise<Life> {
    if (!this.#isActive) {
      throw new PostroomError('plugin/failed', `${this.plugin.id} is not active any more.`, { plugin: this.plugin.id });
    }
    try {
      return await this.#start();
    } catch (error) {
      // Ended meanwhile: nobody waits for another try.
      if (!this.#isActive) throw error;
      this.#failures += 1;
      const sentence = `${this.plugin.id} could not be started again: ${sentenceOf(error)}`;
      this.#report(sentence, []);
      await this.#pause();
      return this.#again();
    }
  }

  /** Lets the back-off pass; deactivate() cuts it short. */
  async #pause(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#pausing = { end: resolve, timer: service(this.container, Clock).after(restartDelay(this.#failures), resolve) };
    });
    this.#pausing = undefined;
  }

  #report(sentence: string, messages: readonly string[]): void {
    this.options.reportFailure(this.plugin.id, sentence, { kind: 'end', messages });
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

  #handlers(announced: Set<string>): Readonly<Record<string, PeerHandler>> {
    const { id, manifest } = this.plugin;
    return {
      ...this.#desk.handlers,
      ...serviceHandlers({
        state: service(this.container, PluginStorages).forPlugin(id),
        secrets: pluginSecrets(manifest, service(this.container, SecretStore), service(this.container, SettingsService)),
        mail: this.#mail(),
        log: this.#log,
      }),
      ...this.#taps.handlers(announced),
      ...this.#commands.handlers,
    };
  }

  /** What it sends comes by its own taps as well. */
  #mail(): MailSender {
    const sender = pluginMail(this.plugin.manifest, this.container);
    const { onSort, onDeliver } = this.#windows;
    return { send: (mail) => onSort.widen(() => onDeliver.widen(() => sender.send(mail))) };
  }

  #storageLimits(): StorageLimits {
    const settings = service(this.container, SettingsService);
    const megabytes = (key: string): number => settings.get<number>(key) * 2 ** 20;
    return { quota: megabytes('plugins.storageMegabytes'), floor: megabytes('server.freeSpaceFloorMB') };
  }

  async #tellSettings(): Promise<void> {
    const life = await this.#life.catch(() => undefined);
    life?.process.peer.note('settings', this.#settings());
  }

  #settings(): SettingsSnapshot {
    const { value, schema } = service(this.container, SettingsService);
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
