// Review: second thoughts about mail. Who would get it and why, where did it go, and how does it come to whom it was for?
import type { PluginContext } from '@postroom/sdk';
import {
  Accounts,
  CommandCatalogue,
  Journal,
  MailStore,
  Outbox,
  RecentMail,
  Resorting,
  SettingsService,
  Teaching,
  WhatIf,
} from '@postroom/sdk/services';
import { ExplainCommands } from './explainCommands.js';
import { Explainer } from './explainer.js';
import { StoredRecentMail } from './recentMail.js';
import { Redelivery } from './redelivery.js';
import { RedeliveryCommands } from './redeliveryCommands.js';
import { RuleTeaching } from './ruleTeaching.js';
import { WaitingMail } from './waitingMail.js';
import { RehearsedWhatIf } from './whatIf.js';

export function activate(context: PluginContext): void {
  const store = context.get(MailStore);
  const sorting = context.get(Resorting);
  const accounts = context.get(Accounts);
  const settings = context.get(SettingsService);
  const waiting = new WaitingMail(context.get(CommandCatalogue), accounts, sorting);
  const whatIf = new RehearsedWhatIf(store, sorting, accounts, settings);
  const teaching = new RuleTeaching({ store, sorting, accounts, settings, whatIf });
  context.provide(RecentMail, new StoredRecentMail(store, sorting, waiting));
  context.provide(Teaching, teaching);
  context.provide(WhatIf, whatIf);

  const records = { store, outbox: context.get(Outbox), journal: context.get(Journal) };
  const explaining = new ExplainCommands(new Explainer(sorting), records, accounts, waiting);
  const redelivering = new RedeliveryCommands(new Redelivery(store, sorting, accounts), teaching, { store, accounts, settings });
  for (const [command, handler] of Object.entries({ ...explaining.handlers, ...redelivering.handlers })) {
    context.commands.register(command, handler);
  }
}
