// Puts a server together: the one place that sees every part. Services are bound here, opened in order, and closed in reverse.
import './base/injection.js';
import path from 'node:path';
import { type CommandCall, sentenceOf } from '@postroom/sdk';
import { DisposableStack, inWords, SystemClock } from '@postroom/sdk/base';
import {
  Accounts,
  ActivityLog,
  BccAddresses,
  Clock,
  CommandCatalogue,
  ContributedEntries,
  DataFolder,
  Events,
  Journal,
  Licence,
  Log,
  Maildrops,
  MailStore,
  Outbox,
  PluginCatalogue,
  PluginStorages,
  RecentMail,
  Revisions,
  Rounds,
  SecretStore,
  ServerName,
  type ServiceId,
  SettingsSource,
  SettingsText,
  StartMode,
  StoreFiles,
  StoreMaintenance,
  Submissions,
  Teaching,
  TrialPeriod,
} from '@postroom/sdk/services';
import { Container } from 'inversify';
import { bindAlias, bindClass, bindValue, service } from './base/bindings.js';
import { EventBus } from './base/events.js';
import { createLog } from './base/log.js';
import { BUNDLED_PLUGINS } from './base/places.js';
import { registerCoreCommands } from './commands/coreCommands.js';
import { CORE_COMMANDS } from './commands/declarations.js';
import { SettingsTrialPeriod } from './configuration/history/trialPeriod.js';
import { DefaultSettingsService } from './configuration/inForce/defaultSettingsService.js';
import { SettingsService } from './configuration/inForce/settingsService.js';
import { SettingsAccounts } from './directory/accounts.js';
import { ContributedBccAddresses } from './directory/bccAddresses.js';
import { ConfiguredServerName } from './directory/serverName.js';
import { Figures, ServerFigures } from './figures/figures.js';
import { BlockedMail } from './flow/blockedMail.js';
import { BounceStep, LocalBounceStep } from './flow/bounce.js';
import { DeliverStep, HookDeliverStep } from './flow/deliver.js';
import { FetchStep, HookFetchStep } from './flow/fetch.js';
import { HeldMailStep, StoredHeldMailStep } from './flow/heldMail.js';
import { DefaultIntakeStep, IntakeStep } from './flow/intake.js';
import { ActivityIntakeLog, IntakeLog } from './flow/intakeLog.js';
import { LicenceWarden } from './flow/licence.js';
import { LostEndNotice, MailedLostEndNotice } from './flow/lostEndNotice.js';
import { logPickUps } from './flow/pickUpLog.js';
import { OutboxRelayStep, RelayStep } from './flow/relay.js';
import { OutboxRelayRecords, RelayRecords } from './flow/relayRecords.js';
import { RoundRunner } from './flow/round.js';
import { HookScheduler, Scheduler } from './flow/schedule.js';
import { DefaultServiceSwitch, ServiceSwitch } from './flow/serviceSwitch.js';
import { HookSortStep, SortStep } from './flow/sort.js';
import { SubmitStep } from './flow/submit.js';
import { CollectedWaitingMail, WaitingMail } from './flow/waitingMail.js';
import { LocalWaitingNoticeStep, WaitingNoticeStep } from './flow/waitingNotice.js';
import { createHooks, HostHooks } from './hooks.js';
import { checkBootFile, readBootFile } from './host/bootFile.js';
import { BootState } from './host/bootState.js';
import { CORE, CommandRegistry, DefaultCommandRegistry } from './host/commandRegistry.js';
import { ManifestEntries } from './host/contributedEntries.js';
import { declaredCommands, declaredManifests, provenManifests } from './host/declared.js';
import { DefaultPluginHost } from './host/defaultPluginHost.js';
import { discoverPlugins, type InstalledPlugin, runsInHost } from './host/discovery.js';
import { DoorKeeper, Doors } from './host/doors.js';
import { InProcessPlugin } from './host/inProcessPlugin.js';
import { Fences, TriedFences } from './host/isolated/fence/fences.js';
import { IsolatedPlugin, type IsolatedPluginOptions } from './host/isolated/isolatedPlugin.js';
import { PluginNetwork, SettingsPluginNetwork } from './host/network/pluginNetwork.js';
import { PluginFolders, tidyFolders } from './host/packages/pluginFolders.js';
import { DefaultPluginInstaller, PluginInstaller } from './host/packages/pluginInstaller.js';
import { PluginHost, RuntimeFactory } from './host/pluginHost.js';
import { DefaultPluginWatch, PluginWatch } from './host/pluginWatch.js';
import { isPlatform, platformPacks } from './host/servicePlan.js';
import { ServiceRegistry } from './host/serviceRegistry.js';
import { NotingStallWarden, type StallLimit, StallWarden } from './host/stalls/stallWarden.js';
import { catchUnhandled, DefaultUnhandledErrors, UnhandledErrors } from './host/unhandledErrors.js';
import { ExplainStep, HookExplainStep } from './review/explain.js';
import { StoredRecentMail } from './review/recentMail.js';
import { ResortStep, StoredResortStep } from './review/resort.js';
import { ProposedTeachingStep, TeachingStep } from './review/teaching.js';
import { RehearsedWhatIfStep, WhatIfStep } from './review/whatIf.js';
import { DiskSpace, StoreDiskSpace } from './upkeep/diskSpace.js';
import { Housekeeping } from './upkeep/housekeeping.js';
import { LostEndReport, StoredLostEndReport } from './upkeep/lostEndReport.js';
import { StoreKeeper } from './upkeep/storeKeeper.js';

export interface ServerOptions {
  /** The data folder; made if it does not exist. */
  readonly dataDir: string;
  /** False: plugins are active for commands, but no port opens and no round runs by itself. Default true. */
  readonly serve?: boolean;
  readonly clock?: Clock;
  readonly log?: Log;
  /** Where the product's own plugins lie. */
  readonly bundledPlugins?: string;
  /**
   * This server owns the process: errors that nobody waits for are its to handle. Those of plugins are noted with them; after one of its own it
   * calls this. Default: they are Node's to handle, which ends the process.
   */
  readonly onUnhandledError?: (error: unknown) => void;
  /** As well for who owns the process: what becomes of it where code in it does not end. Default: it goes on for ever. */
  readonly onStall?: StallLimit;
  /** What is to be done before any port opens. */
  readonly beforeServing?: (server: Server) => Promise<void>;
  /** How long a plugin of the product may take to activate, to open a door, and to end, in milliseconds. Default 30,000. */
  readonly patienceMs?: number;
}

/** A server that is up. */
export interface Server {
  readonly container: Container;
  readonly dataDir: string;
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

async function open(options: ServerOptions, stack: DisposableStack): Promise<Server> {
  const dataDir = path.resolve(options.dataDir);
  const container = new Container({ defaultScope: 'Singleton' });
  const clock = options.clock ?? new SystemClock();
  const log = options.log ?? createLog('info');
  const isPlugins = (error: unknown): boolean =>
    container.isBound(UnhandledErrors as never) && service(container, UnhandledErrors).note(error);
  if (options.onUnhandledError !== undefined) {
    stack.use(catchUnhandled(isPlugins, options.onUnhandledError));
  }
  const events = new EventBus((error) => {
    if (!isPlugins(error)) {
      log.error(`A listener to events failed: ${sentenceOf(error)}`);
    }
  });
  bindValue(container, DataFolder, { path: dataDir });
  bindValue(container, Clock, clock);
  bindValue(container, Events, events);
  bindValue(container, Log, log);
  bindValue(container, StartMode, { serves: options.serve !== false });
  const phase = phases(log, clock);

  const boot = await readBootFile(dataDir);
  const folders: PluginFolders = {
    bundled: options.bundledPlugins ?? BUNDLED_PLUGINS,
    strangers: path.join(dataDir, 'plugins'),
    trusted: new Set(boot.trusted),
  };
  bindValue(container, PluginFolders, folders);
  const progress = new BootState(boot);
  bindServices(container, dataDir, { log, patienceMs: options.patienceMs, boot: progress });
  let installed = await discoverPlugins(folders.bundled, folders.strangers, folders.trusted);
  await checkBootFile(dataDir, boot, installed);
  declareCommands(container, installed, stack);
  const host = service(container, PluginHost);
  stack.defer(() => host.end());
  await host.boot(installed, { boot: [...platformPacks(installed), ...boot.enabled], off: boot.disabled }, NEEDED);
  phase('The platform is active.', { plugins: host.starting.length });
  // The store has locked the data folder: what lies there is this server's from here on.
  if (await tidyFolders(folders.strangers)) installed = await discoverPlugins(folders.bundled, folders.strangers, folders.trusted);
  stack.use(logPickUps(events, service(container, ActivityLog)));
  stack.use(service(container, Figures) as ServerFigures);

  // Before a plugin of the settings is activated, and so still there while they end.
  const stalls = service(container, StallWarden);
  if (options.onStall !== undefined) stack.use(stalls.begin(options.onStall));
  const settings = stack.use(service(container, SettingsService) as DefaultSettingsService);
  await settings.open(declaredManifests(installed), provenManifests(installed));
  progress.settingsAreInForce();
  phase('The settings are in force.');
  const trials = service(container, TrialPeriod) as SettingsTrialPeriod;
  await trials.recover();
  if (options.serve !== false) {
    const takeLevel = (): void => log.setLevel(settings.get<string>('log.level'));
    takeLevel();
    stack.use(settings.onDidChange(['log.level'], takeLevel));
  }

  const watch = stack.use(service(container, PluginWatch) as DefaultPluginWatch);
  stack.use(registerCoreCommands(container));
  await watch.start(installed);
  phase('The plugins are active.', { plugins: host.starting.length });
  if (options.onStall !== undefined) stalls.tell();
  const licence = service(container, Licence) as LicenceWarden;
  settings.setLimitCheck((query) => licence.ask(query));
  stack.use(settings.onDidApply(() => void licence.recheck()));
  licence.recheck();

  // With the plugins, which place what authors are told in their mailboxes, and before anything is sent.
  const lostEnd = service(container, LostEndNotice);
  await lostEnd.tell();
  stack.use(service(container, StoreMaintenance).onDidLose(() => void lostEnd.tell()));
  await service(container, RelayStep).recover();
  stack.use(container.get(StoreKeeper)).start();
  const rounds = service(container, Rounds) as RoundRunner;
  stack.defer(() => rounds.stop());
  const server: Server = {
    container,
    dataDir,
    run: (command, args, call) => service(container, CommandRegistry).run(command, args, call),
    close: async () => {
      const problems = await stack.disposeAll();
      if (problems.length > 0) {
        log.warn('Not everything closed cleanly.', { problems });
      }
    },
  };
  await options.beforeServing?.(server);
  // Who only looks at a folder writes no mail into it.
  stack.use(container.get(BlockedMail)).begin({ atOnce: options.serve !== false });
  if (options.serve !== false) {
    stack.use(trials).begin();
    await stack.use(container.get(Housekeeping)).start();
    const doors = service(container, Doors);
    stack.defer(() => doors.close());
    await stack.use(service(container, ServiceSwitch)).begin();
    phase('The ports are open.', { ports: doors.ports.filter(({ problem }) => problem === undefined).length });
  }
  return server;
}

/** One line for each phase of the start, with the milliseconds since its beginning. */
function phases(log: Log, clock: Clock): (what: string, fields?: Readonly<Record<string, unknown>>) => void {
  const began = clock.monotonic();
  return (what, fields) => log.info(what, { ...fields, ms: Math.round(clock.monotonic() - began) });
}

/** The core's commands, which no plugin can take, and those of the platform, whose handlers come before the settings do. */
function declareCommands(container: Container, installed: readonly InstalledPlugin[], stack: DisposableStack): void {
  const registry = service(container, CommandRegistry);
  stack.use(registry.declare(CORE, CORE_COMMANDS));
  for (const plugin of installed.filter(isPlatform)) stack.use(registry.declare(plugin.id, declaredCommands(plugin), !plugin.bundled));
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
  StoreFiles,
  SettingsSource,
  SecretStore,
];

interface HostOptions {
  readonly log: Log;
  readonly patienceMs: number | undefined;
  readonly boot: BootState;
}

function bindServices(container: Container, dataDir: string, { log, patienceMs, boot }: HostOptions): void {
  bindClass(container, SettingsService, DefaultSettingsService);
  bindClass(container, TrialPeriod, SettingsTrialPeriod);
  bindAlias(container, SettingsText, SettingsService);
  bindClass(container, Accounts, SettingsAccounts);
  bindClass(container, BccAddresses, ContributedBccAddresses);
  bindClass(container, ServerName, ConfiguredServerName);

  bindValue(container, HostHooks, createHooks());
  const noteProblem = (plugin: string, sentence: string): void => service(container, PluginHost).noteProblem(plugin, sentence);
  bindValue(container, CommandRegistry, new DefaultCommandRegistry(noteProblem));
  bindAlias(container, CommandCatalogue, CommandRegistry);
  bindValue(container, Doors, new DoorKeeper((plugin, sentence) => log.error(sentence, { plugin }), patienceMs));
  const storageRoot = path.join(dataDir, 'storage');
  const reportFailure: IsolatedPluginOptions['reportFailure'] = (...failure) => service(container, PluginHost).reportFailure(...failure);
  const services = new ServiceRegistry(container);
  container.bind(ServiceRegistry).toConstantValue(services);
  bindValue(container, RuntimeFactory, (plugin) =>
    runsInHost(plugin)
      ? new InProcessPlugin(plugin, container, { storageRoot, noteProblem, patienceMs, services, boot })
      : new IsolatedPlugin(plugin, container, { storageRoot, reportFailure, noteProblem }),
  );
  bindClass(container, PluginHost, DefaultPluginHost);
  bindAlias(container, PluginCatalogue, PluginHost);
  bindClass(container, ContributedEntries, ManifestEntries);
  bindClass(container, PluginWatch, DefaultPluginWatch);
  bindClass(container, Fences, TriedFences);
  bindClass(container, PluginNetwork, SettingsPluginNetwork);
  bindClass(container, PluginInstaller, DefaultPluginInstaller);
  bindClass(container, UnhandledErrors, DefaultUnhandledErrors);
  bindClass(container, StallWarden, NotingStallWarden);

  bindClass(container, Figures, ServerFigures);
  bindClass(container, Licence, LicenceWarden);
  bindClass(container, Scheduler, HookScheduler);
  bindClass(container, Rounds, RoundRunner);
  bindClass(container, FetchStep, HookFetchStep);
  bindClass(container, IntakeStep, DefaultIntakeStep);
  bindClass(container, IntakeLog, ActivityIntakeLog);
  bindClass(container, DiskSpace, StoreDiskSpace);
  bindClass(container, LostEndReport, StoredLostEndReport);
  bindClass(container, LostEndNotice, MailedLostEndNotice);
  bindClass(container, Submissions, SubmitStep);
  bindClass(container, SortStep, HookSortStep);
  bindClass(container, DeliverStep, HookDeliverStep);
  bindClass(container, RelayRecords, OutboxRelayRecords);
  bindClass(container, RelayStep, OutboxRelayStep);
  bindClass(container, BounceStep, LocalBounceStep);
  bindClass(container, WaitingNoticeStep, LocalWaitingNoticeStep);
  bindClass(container, HeldMailStep, StoredHeldMailStep);
  bindClass(container, ResortStep, StoredResortStep);
  bindClass(container, ExplainStep, HookExplainStep);
  bindClass(container, WhatIfStep, RehearsedWhatIfStep);
  bindClass(container, TeachingStep, ProposedTeachingStep);
  bindAlias(container, Teaching, TeachingStep);
  bindClass(container, WaitingMail, CollectedWaitingMail);
  bindClass(container, RecentMail, StoredRecentMail);
  bindClass(container, ServiceSwitch, DefaultServiceSwitch);
  container.bind(BlockedMail).toSelf();
  container.bind(Housekeeping).toSelf();
  container.bind(StoreKeeper).toSelf();
}
