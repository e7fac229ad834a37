// A plugin that is not part of the product: its code runs in a process of its own, which may end at any time without taking mail with it.
// Its taps stay in the hooks while the process is started again, so no message passes by a filter that just fell over.
import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Disposable, type Logger, type PluginManifest, PostroomError, sentenceOf } from '@postroom/sdk';
import { Clock } from '@postroom/sdk/services';
import type { Container } from 'inversify';
import { service } from '../../base/bindings.js';
import { DisposableStack } from '../../base/disposables.js';
import { Log } from '../../base/log.js';
import { SecretStore } from '../../configuration/secretStore.js';
import { SettingsService } from '../../configuration/settingsService.js';
import { HostHooks } from '../../hooks.js';
import { PluginStates } from '../../store/pluginStates.js';
import { CommandRegistry } from '../commandRegistry.js';
import type { InstalledPlugin } from '../discovery.js';
import { PluginNetwork } from '../network/pluginNetwork.js';
import { pluginMail } from '../pluginMail.js';
import type { PluginRuntime } from '../pluginRuntime.js';
import { pluginSecrets } from '../pluginSecrets.js';
import { Fences } from './fence/fences.js';
import { HostCommands } from './hostCommands.js';
import { serviceHandlers } from './hostServices.js';
import { HostTaps } from './hostTaps.js';
import { MailDesk } from './mailDesk.js';
import type { PeerHandler, Reply } from './peer.js';
import { PluginProcess } from './pluginProcess.js';
import type { Activation, SettingsSnapshot } from './protocol.js';
import { failuresAfter, restartDelay } from './restart.js';
import { linkSdk } from './sdkLink.js';
import { fullSentence, type StorageLimits, StorageWatch } from './storage/storageWatch.js';
import type { CallPlugin } from './tapCalls.js';

/** Node itself starts: the machine's affair, and a busy one takes seconds. */
const START_MS = 30_000;
const ACTIVATION_MS = 5_000;
const DEACTIVATION_MS = 5_000;

export interface IsolatedPluginOptions {
  /** Where every plugin has its own folder to write in. */
  readonly storageRoot: string;
  /** A failure that no call will report. `incident`: failures of one incident count once. */
  readonly reportFailure: (plugin: string, sentence: string, incident: string) => void;
}

/** What runs now, or why nothing does. */
interface Life {
  readonly process: PluginProcess;
  /** Taps that this process has a handler for: `onSort scan`. */
  readonly announced: Set<string>;
}

export class IsolatedPlugin implements PluginRuntime {
  readonly #desk = new MailDesk();
  readonly #stack = new DisposableStack();
  readonly #log: Logger;
  readonly #taps: HostTaps;
  readonly #commands: HostCommands;
  #failures = 0;
  #isActive = false;
  #pausing: { readonly end: () => void; readonly timer: Disposable } | undefined;
  /** The process to call: pending while one is being started. */
  #life: Promise<Life> = Promise.reject(new Error('not started'));

  constructor(
    private readonly plugin: InstalledPlugin & { readonly manifest: PluginManifest },
    private readonly container: Container,
    private readonly options: IsolatedPluginOptions,
  ) {
    this.#life.catch(() => undefined);
    this.#log = service(container, Log).forSource(plugin.id);
    const call: CallPlugin = (method, data, octets, signal) => this.#call(method, data, octets, signal);
    this.#taps = new HostTaps(plugin, service(container, HostHooks), this.#desk, call);
    this.#commands = new HostCommands(plugin.id, service(container, CommandRegistry), (request, signal) =>
      this.#call('command', request, undefined, signal),
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
        const { data } = await life.process.peer.call('deactivate', undefined, undefined, AbortSignal.timeout(DEACTIVATION_MS));
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
    await mkdir(storagePath, { recursive: true, mode: 0o700 });
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
      fence,
      storage,
      storageLeft: left,
      network: { rules: () => network.rulesFor(manifest), own: () => network.own() },
    });
    const activation: Activation = {
      id,
      manifest,
      main: pathToFileURL(path.join(folder, manifest.main ?? '')).href,
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
    void started.ended.then((reason) => this.#ended(started, reason));
    return { process: started, announced };
  }

  async #activateIn(started: PluginProcess, activation: Activation): Promise<void> {
    const { id } = activation;
    // It answers this as soon as it runs: from then on the plugin's own time counts.
    await inTime(START_MS, id, 'its process did not start', (late) => started.peer.call('memory', undefined, undefined, late));
    await inTime(ACTIVATION_MS, id, 'activate() did not end', (late) => started.peer.call('activate', activation, undefined, late));
  }

  /** The process is gone and nobody asked for it: report, wait, start again. */
  #ended(last: PluginProcess, reason: string): void {
    if (!this.#isActive) {
      return;
    }
    this.#failures = failuresAfter({ failures: this.#failures, livedMs: performance.now() - last.startedAt });
    this.options.reportFailure(this.plugin.id, `${this.plugin.id}: its process ${reason}.`, last.incident);
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
      this.options.reportFailure(this.plugin.id, sentence, `start ${this.#failures}`);
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

  /** Calls the plugin in whatever process runs it when its turn comes. */
  async #call(method: string, data: unknown, octets: Uint8Array | undefined, signal: AbortSignal): Promise<Reply> {
    const { process } = await this.#life;
    signal.throwIfAborted();
    return process.peer.call(method, data, octets, signal);
  }

  #handlers(announced: Set<string>): Readonly<Record<string, PeerHandler>> {
    const { id, manifest } = this.plugin;
    return {
      ...this.#desk.handlers,
      ...serviceHandlers({
        state: service(this.container, PluginStates).forPlugin(id),
        secrets: pluginSecrets(manifest, service(this.container, SecretStore)),
        mail: pluginMail(manifest, this.container),
        log: this.#log,
      }),
      ...this.#taps.handlers(announced),
      ...this.#commands.handlers,
    };
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

async function inTime(ms: number, plugin: string, what: string, call: (late: AbortSignal) => Promise<unknown>): Promise<void> {
  const late = AbortSignal.timeout(ms);
  try {
    await call(late);
  } catch (error) {
    throw late.aborted ? new PostroomError('plugin/timeout', `${plugin}: ${what} within ${ms / 1000} seconds.`, { plugin }) : error;
  }
}
