// Service commands: status, send-receive, schedule, service start|stop, licence, nodes.
import type { CommandHandler, PluginContext } from '@postroom/sdk';
import { whileProvided } from '@postroom/sdk/base';
import {
  Accounts,
  CommandCatalogue,
  Doors,
  Events,
  Figures,
  Leases,
  Licence,
  MailStore,
  Outbox,
  PluginAdministration,
  PortCatalogue,
  Rounds,
  Schedule,
  ServiceSwitch,
  StandingProblems,
  TrialPeriod,
} from '@postroom/sdk/services';
import { deviceStatus } from './deviceStatus.js';
import { LicenceCommand } from './licenceCommand.js';
import { SendReceive } from './sendReceive.js';
import { type StatusSources, statusReport } from './statusReport.js';
import { storeServerRows } from './storeServers.js';

export function activate(context: PluginContext): void {
  const accounts = context.get(Accounts);
  const service = context.get(ServiceSwitch);
  const schedule = context.get(Schedule);
  const licence = context.get(Licence);
  const sources: StatusSources = {
    service,
    licence,
    ports: context.get(PortCatalogue),
    accounts,
    store: context.get(MailStore),
    outbox: context.get(Outbox),
    plugins: context.get(PluginAdministration),
    schedule,
    figures: whileProvided(context, Figures),
    doors: whileProvided(context, Doors),
    trials: whileProvided(context, TrialPeriod),
    problems: context.get(StandingProblems),
  };
  const sendReceive = new SendReceive(context.get(Rounds), accounts, context.get(Events));
  const leases = context.get(Leases);
  const commands = context.get(CommandCatalogue);
  const licenceCommand = new LicenceCommand(licence, accounts, commands);
  const handlers: Readonly<Record<string, CommandHandler>> = {
    status: async (_args, call) => statusReport(sources, (await deviceStatus(commands, call))?.seenBy),
    'send-receive': ({ accounts: chosen = [] }: { accounts?: readonly string[] }, call) => sendReceive.run(chosen, call),
    schedule: ({ count }: { count: number }) => nextRounds(schedule, count),
    'service.start': () => service.set(true),
    'service.stop': () => service.set(false),
    licence: (_args, call) => licenceCommand.answer(call),
    nodes: async () => storeServerRows(await leases.servers()),
  };
  for (const [command, handler] of Object.entries(handlers)) context.commands.register(command, handler);
}

async function nextRounds(schedule: Schedule, count: number): Promise<readonly object[]> {
  const { rounds } = await schedule.plan();
  return rounds.slice(0, count).map(({ at, accounts, because }) => ({ at, accounts, because }));
}
