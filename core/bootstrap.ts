// Puts a server together: the one place that sees every part. Services are bound here, opened in order, and closed in reverse.
import './base/injection.js';
import path from 'node:path';
import { type CommandCall, sentenceOf } from '@postroom/sdk';
import { DisposableStack, inWords, SystemClock } from '@postroom/sdk/base';
import {
  Accounts,
  ActivityLog,
  Authenticator,
  BccAddresses,
  Certificates,
  Clock,
  DataFolder,
  Events,
  Journal,
  Leases,
  Licence,
  Log,
  Maildrops,
  MailStore,
  Outbox,
  PluginReader,
  PluginStorages,
  Revisions,
  SecretStore,
  ServerName,
  ServerNode,
  ServerProcess,
  type ServiceId,
  ServiceSwitch,
  SettingsService,
  SettingsSource,
  type StallLimit,
  StandingProblems,
  StartMode,
  StoreMaintenance,
} from '@postroom/sdk/services';
import { problemLine } from '@postroom/sdk/settings';
import { Container } from 'inversify';
import { bindAlias, bindClass, bindSelf, bindValue, service } from './base/bindings.js';
import { CoreState } from './base/coreState.js';
import { EventBus } from './base/events.js';
import { createLog } from './base/log.js';
import { BUNDLED_PLUGINS } from './base/places.js';
import { HostSettings } from './configuration/inForce/hostSettings.js';
import { SettingsAccounts } from './directory/accounts.js';
import { ContributedBccAddresses } from './directory/bccAddresses.js';
import { ConfiguredServerName } from './directory/serverName.js';
import { bindFlow } from './flow/flowBindings.js';
import { BlockedMail } from './flow/held/blockedMail.js';
import { DiskSpace } from './flow/intake/diskSpace.js';
import { pluginMail } from './flow/intake/pluginMail.js';
import { RoundRunner } from './flow/rounds/round.js';
import { RelayStep } from './flow/sending/relay.js';
import { Settling } from './flow/settling.js';
import { CommandRegistry } from './plugins/contributions/commandRegistry.js';
import { Ports } from './plugins/contributions/ports.js';
import { catchUnhandled, UnhandledErrors } from './plugins/failures/unhandledErrors.js';
import { bindHost } from './plugins/hostBindings.js';
import { declaredManifests, provenManifests, servedCommands } from './plugins/manifests/declared.js';
import type { InstalledPlugin } from './plugins/manifests/discovery.js';
import { PluginFolders } from './plugins/manifests/pluginFolders.js';
import { PluginHost } from './plugins/pluginHost.js';
import { PluginReconciler } from './plugins/pluginReconciler.js';
import { isPlatform } from './plugins/services/servicePlan.js';
import { readBootFile } from './plugins/start/bootFile.js';
import { planBoot } from './plugins/start/bootPlan.js';
import { BootState } from './plugins/start/bootState.js';
import { StartupWork } from './plugins/start/startupWork.js';
import { openWithCertificate } from './service/lateCertificate.js';
import { LicenceWarden } from './service/licence.js';
import { DefaultServiceSwitch } from './service/serviceSwitch.js';
import { ProblemSources } from './service/standingProblems.js';

export interface ServerOptions {
  /** The data folder; made if it does not exist. */
  readonly dataDir: string;
  /** False: plugins are active for commands, but no port opens and no round runs by itself. Default true. */
  readonly serve?: boolean;
  /** Aborted where the server is to end before it has started. */
  readonly ended?: AbortSignal;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Where the product's own plugins lie. */
  readonly bundledPlugins?: string;
  /**
   * Called after an unhandled error in the core. Unhandled errors of plugins are recorded with the plugin. Without it, Node's default applies:
   * the process ends.
   */
  readonly onUnhandledError?: (error: unknown) => void;
  /** As well for who owns the process: what becomes of it where code in it does not end. Default: it goes on for ever. */
  readonly onStall?: StallLimit;
  /** What is to be done before any port opens. */
  readonly beforeServing?: (server: Server) => Promise<void>;
  /** How long a plugin of the product may take to activate, to open or close a port, and to end, in milliseconds. Default 30,000. */
  readonly lifecycleTimeoutMs?: number;
}

/** A server that is up. */
export interface Server {
  readonly container: Container;
  readonly dataDir: string;
  /** A service of the host or of a plugin. Throws `plugin/no-provider` where no active plugin provides it. */
  get<T>(id: ServiceId<T>): T;
  run(command: string, args: unknown, call: CommandCall): Promise<unknown>;
  /** Ports close, sessions and rounds end, plugins deactivate, the store closes: last in, first out. */
  close(): Promise<void>;
}

/** Opens a data folder. Rejects with PostroomError where it is in use, not writable, damaged or newer. */
export async function openServer(options: ServerOptions): Promise<Server> {
  const stack = new DisposableStack();
  try {
    return await open(options, stack);
  } catch (error) {
    await stack.disposeAll();
    throw inWords(error);
  }
}

/** The order of a start; the end goes the other way round. */
async function open(options: ServerOptions, stack: DisposableStack): Promise<Server> {
  const dataDir = path.resolve(options.dataDir);
  const container = new Container({ defaultScope: 'Singleton' });
  bindSurroundings(container, options, stack);
  const log = service(container, Log);
  const phase = phases(log, service(container, Clock));
  const file = await readBootFile(dataDir);
  const folders = bindFolders(container, options, new Set(file.trusted));
  let installed = await folders.discover();
  const boot = await planBoot(dataDir, file, installed);
  bindValue(container, ServerNode, { name: boot.node });
  const progress = new BootState(boot);
  bindPlugins(container, options, progress);
  bindRooms(container);
  declareCommands(container, installed, stack);
  const host = service(container, PluginHost);
  stack.defer(() => host.end());
  await host.boot(installed, { boot: boot.wanted, off: boot.off }, NEEDED);
  phase('The platform is active.', { plugins: host.starting.length });
  // The store has locked the data folder: what lies there is this server's from here on.
  if (await folders.tidy()) installed = await folders.discover();

  const settings = stack.use(service(container, HostSettings));
  await settings.open(declaredManifests(installed), provenManifests(installed));
  progress.settingsAreInForce();
  phase('The settings are in force.');
  if (options.serve !== false) {
    const takeLevel = (): void => log.setLevel(settings.get<string>('log.level'));
    takeLevel();
    stack.use(settings.onDidChange(['log.level'], takeLevel));
  }

  const reconciler = stack.use(service(container, PluginReconciler));
  await reconciler.start(installed);
  phase('The plugins are active.', { plugins: host.starting.length });
  // Without these no port could open: who starts the server hears of it at once.
  if (options.serve !== false) host.demand([Certificates, Authenticator]);
  const licence = container.get(LicenceWarden);
  settings.setLimitCheck((query) => licence.ask(query));
  stack.use(settings.onDidApply(() => void licence.recheck()));
  licence.recheck();

  // With the plugins, which place what people are told in their mailboxes, and before anything is sent.
  await container.get(StartupWork).begin();
  await container.get(RelayStep).recover();
  knowProblems(container);
  stack.use(container.get(RoundRunner));
  const server: Server = {
    container,
    dataDir,
    get: (id) => service(container, id),
    run: (command, args, call) => service(container, CommandRegistry).run(command, args, call),
    close: async () => {
      const problems = await stack.disposeAll();
      if (problems.length > 0) {
        log.warn('Not everything closed cleanly.', { problems });
      }
    },
  };
  await options.beforeServing?.(server);
  // A command that only looks at a folder writes no mail into it.
  stack.use(container.get(BlockedMail)).start({ atOnce: options.serve !== false });
  if (options.serve !== false) {
    const ports = service(container, Ports);
    stack.defer(() => ports.close());
    stack.use(openWithCertificate(service(container, Certificates), ports));
    await stack.use(container.get(DefaultServiceSwitch)).start();
    phase('The ports are open.', { ports: ports.ports.filter(({ problem }) => problem === undefined).length });
  }
  // The first to end: what is unknown would keep sessions and rounds waiting.
  stack.use(container.get(Settling));
  return server;
}

/** Time, log, events, and the process: what is there before any plugin. */
function bindSurroundings(container: Container, options: ServerOptions, stack: DisposableStack): void {
  const log = options.log ?? createLog('info');
  const isPlugins = (error: unknown): boolean =>
    container.isBound(UnhandledErrors as never) && service(container, UnhandledErrors).note(error);
  if (options.onUnhandledError !== undefined) stack.use(catchUnhandled(isPlugins, options.onUnhandledError));
  const events = new EventBus((error) => {
    if (!isPlugins(error)) log.error(`A listener to events failed: ${sentenceOf(error)}`);
  });
  bindValue(container, DataFolder, { path: path.resolve(options.dataDir) });
  bindValue(container, Clock, options.clock ?? new SystemClock());
  bindValue(container, Events, events);
  bindValue(container, Log, log);
  bindValue(container, StartMode, { serves: options.serve !== false, ended: options.ended ?? new AbortController().signal });
  bindValue(container, ServerProcess, { stallLimit: options.onStall });
}

/** Answers where plugins lie. */
function bindFolders(container: Container, options: ServerOptions, trusted: ReadonlySet<string>): PluginFolders {
  const { path: dataDir } = service(container, DataFolder);
  const folders = new PluginFolders(options.bundledPlugins ?? BUNDLED_PLUGINS, path.join(dataDir, 'plugins'), trusted);
  bindValue(container, PluginFolders, folders);
  bindAlias(container, PluginReader, PluginFolders);
  return folders;
}

function bindPlugins(container: Container, options: ServerOptions, boot: BootState): void {
  bindHost(container, {
    storageRoot: path.join(service(container, DataFolder).path, 'storage'),
    mailSender: ({ manifest }) => pluginMail(manifest, container),
    timeoutMs: options.lifecycleTimeoutMs,
    boot,
  });
}

/** What `status` shows as wrong: the disk, plugins, the settings. */
function knowProblems(container: Container): void {
  const problems = service(container, StandingProblems);
  const host = service(container, PluginHost);
  const isWaitedFor = (plugin: string): boolean => host.blocking.some(({ id }) => id === plugin);
  const given = async (problem: Promise<string | undefined>): Promise<readonly string[]> => [(await problem) ?? []].flat();
  problems.add(() => given(container.get(DiskSpace).problem()));
  problems.add(() =>
    host.plugins
      .filter(({ id, problems: own, state }) => own.length > 0 && state !== 'disabled' && !isWaitedFor(id))
      .map((plugin) => `${plugin.id}: ${plugin.problems.join(' ')}`),
  );
  problems.add(() => service(container, UnhandledErrors).problems);
  problems.add(() => service(container, HostSettings).problems.map((problem) => problemLine(problem)));
}

/** One line for each phase of the start, with the milliseconds since its beginning. */
function phases(log: Log, clock: Clock): (what: string, fields?: Readonly<Record<string, unknown>>) => void {
  const began = clock.monotonic();
  return (what, fields) => log.info(what, { ...fields, ms: Math.round(clock.monotonic() - began) });
}

/**
 * The commands of the product's plugins, whose names no other plugin can take, whether or not they run; then those of strangers' that belong to the platform:
 * their handlers come before the settings do.
 */
function declareCommands(container: Container, installed: readonly InstalledPlugin[], stack: DisposableStack): void {
  const registry = service(container, CommandRegistry);
  for (const plugin of installed.filter(({ bundled }) => bundled)) stack.use(registry.declare(plugin.id, servedCommands(plugin)));
  for (const plugin of installed.filter((each) => !each.bundled && isPlatform(each)))
    stack.use(registry.declare(plugin.id, servedCommands(plugin), true));
}

/** What the host itself cannot do without. */
const NEEDED: readonly ServiceId<unknown>[] = [
  MailStore,
  Outbox,
  Journal,
  ActivityLog,
  PluginStorages,
  Revisions,
  Maildrops,
  StoreMaintenance,
  Leases,
  SettingsSource,
  SecretStore,
];

/** What plugins may ask for has the SDK's id as well. */
function bindRooms(container: Container): void {
  bindSelf(container, CoreState);
  bindSelf(container, HostSettings);
  bindAlias(container, SettingsService, HostSettings);
  bindClass(container, Accounts, SettingsAccounts);
  bindClass(container, BccAddresses, ContributedBccAddresses);
  bindClass(container, ServerName, ConfiguredServerName);
  bindFlow(container);

  for (const made of [LicenceWarden, DefaultServiceSwitch, ProblemSources]) bindSelf(container, made);
  bindAlias(container, ServiceSwitch, DefaultServiceSwitch);
  bindAlias(container, StandingProblems, ProblemSources);
  bindAlias(container, Licence, LicenceWarden);
}
