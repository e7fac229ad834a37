// The visit to a server: everything that mail depends on, one after the other.
import type { CheckResult, CommandCall } from '@postroom/sdk';
import type {
  Accounts,
  ActivityLog,
  Clock,
  CommandCatalogue,
  ContributedEntries,
  DataFolder,
  FreeSpace,
  Licence,
  MailStore,
  PluginAdministration,
  PortCatalogue,
  SettingsService,
  StoreMaintenance,
} from '@postroom/sdk/services';
import { contributedChecks } from './contributedChecks.js';
import { findingOf } from './findings.js';
import { checkFileSystem, checkRights } from './folderChecks.js';
import { checkLicence, checkPlugins, checkPorts, checkSettings } from './serviceChecks.js';
import { checkClock, checkDatabase, checkDurability, checkRoom, checkSetAside } from './storeChecks.js';

/** What is looked at. */
export interface VisitedServer {
  readonly data: DataFolder;
  readonly maintenance: StoreMaintenance;
  readonly store: MailStore;
  readonly space: FreeSpace;
  readonly log: ActivityLog;
  readonly clock: Clock;
  readonly settings: SettingsService;
  readonly plugins: PluginAdministration;
  readonly ports: PortCatalogue;
  readonly licence: Licence;
  readonly accounts: Accounts;
  readonly commands: CommandCatalogue;
  readonly entries: ContributedEntries;
}

/** `logins`: the person agrees that the ISPs are asked, too. */
export async function visit(server: VisitedServer, logins: boolean, call: CommandCall): Promise<readonly CheckResult[]> {
  const { data, maintenance, store, space, log, clock, settings, plugins, ports, licence, entries } = server;
  return [
    await findingOf('data folder', () => checkRights(data.path, entries)),
    await findingOf('file system', () => checkFileSystem(data.path)),
    await findingOf('database', () => checkDatabase(maintenance)),
    await findingOf('durability', () => checkDurability(maintenance)),
    await findingOf('disk', () => checkRoom(space, store)),
    await findingOf('clock', () => checkClock(clock, log)),
    ...checkSettings(settings),
    ...checkPlugins(plugins),
    checkLicence(licence),
    ...checkPorts(ports),
    ...(await contributedChecks(server, logins, call)),
    await findingOf('held mail', () => checkSetAside(store)),
  ];
}
