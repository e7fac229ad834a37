// Doctor: looks at everything that mail depends on. Also where no server can start.
import type { CommandCall, PluginContext, StandaloneContext } from '@postroom/sdk';
import {
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
import { visit } from './doctor.js';
import { visitAlone } from './standaloneVisit.js';

export function activate(context: PluginContext): void {
  const server = {
    data: context.get(DataFolder),
    maintenance: context.get(StoreMaintenance),
    store: context.get(MailStore),
    space: context.get(FreeSpace),
    log: context.get(ActivityLog),
    clock: context.get(Clock),
    settings: context.get(SettingsService),
    plugins: context.get(PluginAdministration),
    ports: context.get(PortCatalogue),
    licence: context.get(Licence),
    accounts: context.get(Accounts),
    commands: context.get(CommandCatalogue),
    entries: context.get(ContributedEntries),
  };
  context.commands.register('doctor', ({ logins }: { logins: boolean }, call: CommandCall) => visit(server, logins, call));
}

export function activateStandalone(context: StandaloneContext): void {
  context.commands.register('doctor', (args: Readonly<Record<string, unknown>>, call: CommandCall) => visitAlone(context, args, call));
}
