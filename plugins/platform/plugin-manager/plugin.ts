// Plugin manager: installs, enables and removes plugins, shows which run and in which order, and helps those who write one.
import type { PluginContext, StandaloneContext } from '@postroom/sdk';
import {
  Accounts,
  DataFolder,
  PluginAdministration,
  PluginPacker,
  PluginReader,
  PluginStorages,
  SecretStore,
  SettingsService,
} from '@postroom/sdk/services';
import { authoringCommands } from './authoring/authoringCommands.js';
import { packChecked } from './authoring/pluginCheck.js';
import { PluginInstaller } from './packages/pluginInstaller.js';
import { PluginCommands } from './pluginCommands.js';

export function activate(context: PluginContext): void {
  const plugins = context.get(PluginAdministration);
  const settings = context.get(SettingsService);
  const reader = context.get(PluginReader);
  const installer = new PluginInstaller({
    plugins,
    settings,
    reader,
    secrets: context.get(SecretStore),
    storages: context.get(PluginStorages),
    accounts: context.get(Accounts),
    data: context.get(DataFolder),
  });
  const { handlers } = new PluginCommands(plugins, settings, installer);
  for (const [command, handler] of Object.entries(handlers)) context.commands.register(command, handler);
  context.provide(PluginPacker, packerWith(reader));
}

/** What works on an author's files, and on a folder that is to be installed: without a server. */
export function activateStandalone(context: StandaloneContext): void {
  const reader = context.get(PluginReader);
  for (const [command, handler] of Object.entries(authoringCommands(reader))) context.commands.register(command, handler);
  context.provide(PluginPacker, packerWith(reader));
}

function packerWith(reader: PluginReader): PluginPacker {
  return { pack: (folder, options) => packChecked(reader, folder, options) };
}
