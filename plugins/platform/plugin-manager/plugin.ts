// Plugin manager: installs, enables and removes plugins, shows which run and in which order, and helps those who write one.
import path from 'node:path';
import type { PluginContext, StandaloneContext } from '@postroom/sdk';
import {
  Accounts,
  Clock,
  DataFolder,
  Documents,
  PluginAdministration,
  PluginPacker,
  PluginReader,
  PluginStorages,
  SecretStore,
  SettingsService,
  StandingProblems,
  Startup,
} from '@postroom/sdk/services';
import { authoringCommands } from './authoring/authoringCommands.js';
import { packChecked } from './authoring/pluginCheck.js';
import { type InstallerParts, PluginInstaller } from './packages/pluginInstaller.js';
import { PluginTraces } from './packages/pluginTraces.js';
import { PluginCommands } from './pluginCommands.js';
import { PackageFollower } from './shared/packageFollower.js';
import { PackageWatch } from './shared/packageWatch.js';
import { SharedPackages } from './shared/sharedPackages.js';

export function activate(context: PluginContext): void {
  const settings = context.get(SettingsService);
  const documents = context.get(Documents);
  const secrets = context.get(SecretStore);
  const parts: InstallerParts = {
    plugins: context.get(PluginAdministration),
    settings,
    reader: context.get(PluginReader),
    secrets,
    storages: context.get(PluginStorages),
    accounts: context.get(Accounts),
    data: context.get(DataFolder),
    packages: documents.isShared ? new SharedPackages(documents, secrets) : undefined,
  };
  const installer = new PluginInstaller(parts);
  const watch = watchPackages(context, parts, installer);
  const { handlers } = new PluginCommands(parts.plugins, settings, installer, watch);
  for (const [command, handler] of Object.entries(handlers)) context.commands.register(command, handler);
  context.provide(PluginPacker, packerWith(parts.reader));
}

/** On a store that several servers share the plugins' folder follows it from before mail moves. */
function watchPackages(context: PluginContext, parts: InstallerParts, installer: PluginInstaller): PackageWatch | undefined {
  const { packages, plugins, reader, settings, data } = parts;
  if (packages === undefined) return undefined;
  const clock = context.get(Clock);
  const follower = new PackageFollower({
    packages,
    plugins,
    reader,
    traces: new PluginTraces(parts),
    folder: path.join(data.path, 'plugins'),
    node: settings.node,
    clock,
    log: context.log,
  });
  const inTurn: PluginInstaller['inTurn'] = (work) => installer.inTurn(work);
  const watch = new PackageWatch({ follower, documents: context.get(Documents), settings, clock, inTurn });
  context.subscriptions.push(
    watch,
    context.get(StandingProblems).add(() => follower.problems),
    context.get(Startup).whenActive(() => watch.begin()),
  );
  return watch;
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
