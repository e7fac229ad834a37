// Commands that work where no server can start: the data folder is missing, damaged, or about to be replaced. The plugins that take part in one are asked
// for what they do without a store; the others are not even imported.
import path from 'node:path';
import { type ActivateStandalone, type CommandCall, type CommandServer, PostroomError, type StandaloneContext } from '@postroom/sdk';
import { SystemClock } from '@postroom/sdk/base';
import { Clock, ContributedEntries, DataFolder, Log, PluginReader, type ServiceId, type StandaloneServices } from '@postroom/sdk/services';
import { Container } from 'inversify';
import { bindValue } from '../../base/bindings.js';
import { BUNDLED_PLUGINS } from '../../base/places.js';
import { CommandRegistry } from '../contributions/commandRegistry.js';
import { PointEntries, type PointEntry } from '../contributions/pointEntries.js';
import { discoverPlugins, type InstalledPlugin, readPlugin, runsInHost } from '../manifests/discovery.js';
import { importPlugin } from '../runtime/importPlugin.js';
import { pluginSettings } from '../runtime/pluginSettings.js';
import { mustDeclare, undeclaredService } from '../services/declaredServices.js';
import { platformPacks, requirementsOf } from '../services/servicePlan.js';
import { ServiceRegistry } from '../services/serviceRegistry.js';
import { readBootFile } from './bootFile.js';
import { type BootPlan, planBoot } from './bootPlan.js';
import { BootState } from './bootState.js';
import { planEnablement } from './enablement.js';

/** Opens a server for commands alone on the folder that commands without one work on. */
export type OpenServer = () => Promise<CommandServer>;

export class StandaloneHost implements StandaloneServices {
  readonly #services: ServiceRegistry;
  readonly #commands = new CommandRegistry();
  readonly #started = new Map<string, Promise<void>>();

  private constructor(
    container: Container,
    /** Whether or not a server could activate them. */
    private readonly wanted: readonly InstalledPlugin[],
    private readonly log: Log,
    private readonly openServer: OpenServer,
    /** Opens one where the store is another. */
    private readonly withStore: (store: string) => Promise<StandaloneHost>,
    /** What boot.json says. */
    private readonly boot = new BootState({ properties: {} }),
    /** What is wrong with it. */
    private readonly bootProblem?: Error,
  ) {
    this.#services = new ServiceRegistry(container);
    bindValue(container, ContributedEntries, entriesOf(wanted, log));
  }

  /**
   * The folder may be missing. Where boot.json is wrong, who provides what is not known: commands that take a service of another plugin reject with
   * `settings/invalid`, and those that only look can say it. `store`: kind or address of one in the place of boot.json's.
   */
  static async open(
    dataDir: string,
    log: Log,
    openServer: OpenServer,
    bundledPlugins = BUNDLED_PLUGINS,
    store?: string,
  ): Promise<StandaloneHost> {
    const container = containerOf(log);
    bindValue(container, DataFolder, { path: dataDir });
    const { boot, installed, problem } = await readBoot(dataDir, bundledPlugins, store);
    if (store !== undefined && problem !== undefined) throw problem;
    const ground = { boot: boot.wanted, off: boot.off, services: new Map<string, string>() };
    const { wanted } = planEnablement(installed, [], [], ground);
    const inHost = installed.filter((plugin) => wanted.has(plugin.id) && runsInHost(plugin));
    const withStore = (other: string): Promise<StandaloneHost> => StandaloneHost.open(dataDir, log, openServer, bundledPlugins, other);
    return new StandaloneHost(container, inHost, log, openServer, withStore, new BootState(boot), problem);
  }

  /** Without any data folder: the product's own plugins alone. */
  static async bare(log: Log, bundledPlugins = BUNDLED_PLUGINS): Promise<StandaloneHost> {
    const installed = await discoverPlugins(bundledPlugins, '');
    const without = (): Promise<never> =>
      Promise.reject(new PostroomError('data/missing', 'No server can be opened here: there is no data folder.'));
    const own = installed.filter(({ bundled }) => bundled);
    return new StandaloneHost(containerOf(log), own, log, without, without);
  }

  /** A service that a plugin provides without a store. Rejects with `plugin/no-provider` where none does. */
  async get<T>(id: ServiceId<T>): Promise<T> {
    const provider = this.#provider(id.serviceName);
    if (provider !== undefined) await this.#start(provider);
    return this.#get(id);
  }

  /** Runs a command that its plugin declares as `standalone` or `local`. Rejects as the command does. */
  async run(command: string, args: unknown, call: CommandCall): Promise<unknown> {
    const owner = this.wanted.find((plugin) => isStandalone(plugin, command));
    if (owner !== undefined) await this.#start(owner);
    return this.#commands.run(command, args, call);
  }

  #get<T>(id: ServiceId<T>): T {
    if (this.bootProblem !== undefined && !this.#services.host.has(id.serviceName)) throw this.bootProblem;
    return this.#services.get(id);
  }

  #provider(service: string): InstalledPlugin | undefined {
    if (this.bootProblem !== undefined) return undefined;
    return this.wanted.find(({ manifest }) => manifest?.provides?.some((each) => each.service === service && each.standalone === true));
  }

  /** Those whose services it takes come first. */
  #start(plugin: InstalledPlugin): Promise<void> {
    const started = this.#started.get(plugin.id) ?? this.#activate(plugin);
    this.#started.set(plugin.id, started);
    return started;
  }

  async #activate(plugin: InstalledPlugin): Promise<void> {
    const { id, manifest, problems } = plugin;
    if (manifest?.main === undefined || problems.length > 0) throw failed(id, problems.join(' '));
    for (const service of [...requirementsOf(plugin).map((each) => each.service), ...(manifest.uses ?? [])]) {
      const provider = this.#provider(service);
      if (provider !== undefined && provider !== plugin) await this.#start(provider);
    }
    const module = (await importPlugin(plugin, manifest.main)) as { activateStandalone?: ActivateStandalone };
    if (module.activateStandalone === undefined) throw failed(id, `It exports no activateStandalone() from ${manifest.main}.`);
    this.#commands.declare(id, manifest.contributes?.commands ?? []);
    await module.activateStandalone(this.#context(plugin, manifest));
  }

  #context(plugin: InstalledPlugin, manifest: NonNullable<InstalledPlugin['manifest']>): StandaloneContext {
    const { id, folder } = plugin;
    return Object.freeze({
      id,
      manifest,
      folder,
      log: this.log.forSource(id),
      commands: { register: (command, handler) => this.#commands.register(id, command, handler) },
      get: (service) => {
        mustDeclare(plugin, service);
        return this.#get(service);
      },
      provide: (service, provided) => {
        const declared = manifest.provides?.find((each) => each.service === service.serviceName && each.standalone === true);
        if (declared !== undefined) return this.#services.provide(id, service, declared.version, provided);
        throw undeclaredService(
          id,
          `provides the service ${service.serviceName}, which "provides" in its manifest does not call standalone`,
        );
      },
      settings: pluginSettings(manifest, this.boot, noSettings, () => undefined),
      withStore: this.withStore,
      openServer: this.openServer,
    } satisfies StandaloneContext);
  }
}

/** They are never in force here. */
function noSettings(): never {
  throw new Error('There are no settings without a server.');
}

function containerOf(log: Log): Container {
  const container = new Container();
  bindValue(container, Clock, new SystemClock());
  bindValue(container, Log, log);
  bindValue(container, PluginReader, { read: (folder) => readPlugin(folder, false) });
  return container;
}

/** With a wrong boot.json the product's own plugins, and what is wrong with it. */
async function readBoot(
  dataDir: string,
  bundledPlugins: string,
  store: string | undefined,
): Promise<{
  readonly boot: Pick<BootPlan, 'wanted' | 'off' | 'properties'>;
  readonly installed: readonly InstalledPlugin[];
  readonly problem?: Error;
}> {
  try {
    const file = await readBootFile(dataDir);
    const installed = await discoverPlugins(bundledPlugins, path.join(dataDir, 'plugins'), new Set(file.trusted));
    return { boot: await planBoot(dataDir, file, installed, process.env, store), installed };
  } catch (problem) {
    const installed = await discoverPlugins(bundledPlugins, '');
    return { boot: { wanted: platformPacks(installed), off: [], properties: {} }, installed, problem: problem as Error };
  }
}

/** By manifests alone: none of the plugins is active. */
function entriesOf(plugins: readonly InstalledPlugin[], log: Log): ContributedEntries {
  let known: ReadonlyMap<string, readonly PointEntry[]> | undefined;
  return {
    of: <T>(point: string) => {
      known ??= new PointEntries((plugin, sentence) => log.warn(sentence, { plugin })).of(plugins);
      return (known.get(point) ?? []) as readonly { readonly plugin: string; readonly value: T }[];
    },
    onDidChange: () => ({ dispose: () => undefined }),
  };
}

function isStandalone({ manifest }: InstalledPlugin, command: string): boolean {
  return (
    manifest?.contributes?.commands?.some((each) => each.command === command && (each.standalone === true || each.local === true)) === true
  );
}

function failed(plugin: string, why: string): PostroomError {
  return new PostroomError('plugin/failed', `${plugin} cannot work without a server. ${why}`, { plugin });
}
