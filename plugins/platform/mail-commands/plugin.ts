// Mail commands: where mail is and what becomes of mail that waits, in five areas; and the Log's entries about mail that was picked up.
import type { PluginContext } from '@postroom/sdk';
import { Accounts, ActivityLog, Events, HeldMail, Journal, MailStore, Outbox, Sending } from '@postroom/sdk/services';
import { HeldCommands } from './heldCommands.js';
import { LogCommands } from './logCommands.js';
import { MailboxCommands } from './mailboxCommands.js';
import { OutboxCommands } from './outboxCommands.js';
import { logPickUps } from './pickUpLog.js';
import { WaitingCommands } from './waitingCommands.js';

export function activate(context: PluginContext): void {
  const accounts = context.get(Accounts);
  const store = context.get(MailStore);
  const activity = context.get(ActivityLog);
  const areas = [
    new OutboxCommands(context.get(Outbox), store, context.get(Sending)),
    new HeldCommands(store, context.get(HeldMail), accounts),
    new WaitingCommands(context.get(Journal), activity),
    new MailboxCommands(store, accounts),
    new LogCommands(activity),
  ];
  for (const { handlers } of areas) {
    for (const [command, handler] of Object.entries(handlers)) context.commands.register(command, handler);
  }
  context.subscriptions.push(logPickUps(context.get(Events), activity));
}
