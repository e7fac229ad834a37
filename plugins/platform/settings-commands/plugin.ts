// Settings commands: accounts, users and the settings file, changed by commands. What an account's own mail says about it is told too.
import type { CommandHandler, PluginContext } from '@postroom/sdk';
import { whileProvided } from '@postroom/sdk/base';
import {
  Accounts,
  BccAddresses,
  CommandCatalogue,
  Leases,
  MailStore,
  PluginAdministration,
  PluginCatalogue,
  RecentMail,
  Rounds,
  SecretStore,
  SettingsService,
  TrialPeriod,
  WhatIf,
} from '@postroom/sdk/services';
import { accountChecks } from './accounts/accountChecks.js';
import { AccountCommands } from './accounts/accountCommands.js';
import { SuggestCommands } from './accounts/suggestCommands.js';
import { ConfigCommands } from './config/configCommands.js';
import { UserCommands } from './users/userCommands.js';

export function activate(context: PluginContext): void {
  const accounts = context.get(Accounts);
  const settings = context.get(SettingsService);
  const secrets = context.get(SecretStore);
  const commands = context.get(CommandCatalogue);
  const plugins = context.get(PluginCatalogue);
  const mail = context.get(MailStore);
  const trials = whileProvided(context, TrialPeriod);
  const areas: readonly Readonly<Record<string, CommandHandler>>[] = [
    new AccountCommands({ accounts, settings, secrets, plugins, rounds: context.get(Rounds) }).handlers,
    new SuggestCommands({ accounts, settings, plugins, commands, recent: () => context.get(RecentMail) }).handlers,
    accountChecks({ accounts, settings, secrets, plugins, commands, mail }),
    new UserCommands({ accounts, settings, secrets, commands, mail, bcc: context.get(BccAddresses) }).handlers,
    new ConfigCommands({
      accounts,
      settings,
      plugins: context.get(PluginAdministration),
      leases: context.get(Leases),
      trial: () => trials()?.trial,
      confirm: () => context.get(TrialPeriod).confirm(),
      whatIf: () => context.get(WhatIf),
    }).handlers,
  ];
  for (const handlers of areas) {
    for (const [command, handler] of Object.entries(handlers)) context.commands.register(command, handler);
  }
}
