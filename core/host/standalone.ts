// Commands that work where no server can start: the data folder is missing, damaged, or about to be replaced. The plugins that take part in one are asked
// for what they do without a store; the others are not even imported.
import path from 'node:path';
import { type ActivateStandalone, type CommandCall, PostroomError, type StandaloneContext } from '@postroom/sdk';
import { SystemClock } from '@postroom/sdk/base';
import { Clock, DataFolder, Log, PluginReader, type ServiceId } from '@postroom/sdk/services';
import { Container } from 'inversify';
import { bindValue } from '../base/bindings.js';
import { BUNDLED_PLUGINS } from '../base/places.js';
import { checkBootFile, readBootFile } from './bootFile.js';
import { CommandRegistry } from './commandRegistry.js';
import { mustDeclare, undeclaredService } from './declaredServices.js';
import { discoverPlugins, type InstalledPlugin, readPlugin, runsInHost } from './discovery.js';
import { planEnablement } from './enablement.js';
import { importPlugin } from './importPlugin.js';
import { platformPacks, requirementsOf } from './servicePlan.js';
import { ServiceRegistry } from './serviceRegistry.js';

export class StandaloneHost {
  readonly #services: ServiceRegistry;
  readonly #commands = new CommandRegistry();
  readonly #started = new Map<string, Promise<void>>();

  private constructor(
    container: Container,
    /** Whether or not a server could activate them. */
    private readonly wanted: readonly InstalledPlugin[],
    private readonly log: Log,
  ) {
    this.#services = new ServiceRegistry(container);
  }

  /** Rejects with `settings/invalid` where boot.json is wrong. The folder may be missing. */
  static async open(dataDir: string, log: Log, bundledPlugins = BUNDLED_PLUGINS): Promise<StandaloneHost> {
    const container = containerOf(log);
    bindValue(container, DataFolder, { path: dataDir });
    const boot = await readBootFile(dataDir);
    const installed = await discoverPlugins(bundledPlugins, path.join(dataDir, 'plugins'), new Set(boot.trusted));
    await checkBootFile(dataDir, boot, installed);
    const ground = { boot: [...platformPacks(installed), ...boot.enabled], off: boot.disabled, services: new Map<string, string>() };
    const { wanted } = planEnablement(installed, [], [], ground);
    const inHost = installed.filter((plugin) => wanted.has(plugin.id) && runsInHost(plugin));
    return new StandaloneHost(container, inHost, log);
  }

  /** Without any data folder: the product's own plugins alone. */
  static async bare(log: Log, bundledPlugins = BUNDLED_PLUGINS): Promise<StandaloneHost> {
    const installed = await discoverPlugins(bundledPlugins, '');
    return new StandaloneHost(
      containerOf(log),
      installed.filter(({ bundled }) => bundled),
      log,
    );
  }

  /** A service that a plugin provides without a store. Rejects with `plugin/no-provider` where none does. */
  async service<T>(id: ServiceId<T>): Promise<T> {
    const provider = this.#provider(id.serviceName);
    if (provider !== undefined) await this.#start(provider);
    return this.#services.get(id);
  }

  /** Runs a command that its plugin declares as `standalone` or `local`. Rejects as the command does. */
  async run(command: string, args: unknown, call: CommandCall): Promise<unknown> {
    const owner = this.wanted.find((plugin) => isStandalone(plugin, command));
    if (owner !== undefined) await this.#start(owner);
    return this.#commands.run(command, args, call);
  }

  #provider(service: string): InstalledPlugin | undefined {
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
    for (const { service } of requirementsOf(plugin)) {
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
        return this.#services.get(service);
      },
      provide: (service, provided) => {
        const declared = manifest.provides?.find((each) => each.service === service.serviceName && each.standalone === true);
        if (declared !== undefined) return this.#services.provide(id, service, declared.version, provided);
        throw undeclaredService(
          id,
          `provides the service ${service.serviceName}, which "provides" in its manifest does not call standalone`,
        );
      },
    } satisfies StandaloneContext);
  }
}

function containerOf(log: Log): Container {
  const container = new Container();
  bindValue(container, Clock, new SystemClock());
  bindValue(container, Log, log);
  bindValue(container, PluginReader, { read: (folder) => readPlugin(folder, false) });
  return container;
}

function isStandalone({ manifest }: InstalledPlugin, command: string): boolean {
  return (
    manifest?.contributes?.commands?.some((each) => each.command === command && (each.standalone === true || each.local === true)) === true
  );
}

function failed(plugin: string, why: string): PostroomError {
  return new PostroomError('plugin/failed', `${plugin} cannot work without a server. ${why}`, { plugin });
}
