// Plugin manager: installs, enables and removes plugins, and shows which run and in which order.
import type { PluginContext } from '@postroom/sdk';
import {
  Accounts,
  DataFolder,
  PluginAdministration,
  PluginReader,
  PluginStorages,
  SecretStore,
  SettingsText,
} from '@postroom/sdk/services';
import { PluginInstaller } from './packages/pluginInstaller.js';
import { PluginCommands } from './pluginCommands.js';

export function activate(context: PluginContext): void {
  const plugins = context.get(PluginAdministration);
  const settings = context.get(SettingsText);
  const installer = new PluginInstaller({
    plugins,
    settings,
    reader: context.get(PluginReader),
    secrets: context.get(SecretStore),
    storages: context.get(PluginStorages),
    accounts: context.get(Accounts),
    data: context.get(DataFolder),
  });
  const { handlers } = new PluginCommands(plugins, settings, installer);
  for (const [command, handler] of Object.entries(handlers)) context.commands.register(command, handler);
}
