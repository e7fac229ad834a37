// Housekeeping: what keeps a server well that nobody looks at. Jobs of every day and hour, recovery after a disk failure, and word of a database that lost its end.
import type { PluginContext } from '@postroom/sdk';
import {
  ActivityLog,
  Clock,
  CommandCatalogue,
  ContributedEntries,
  Events,
  Journal,
  Leases,
  Notices,
  PluginStorages,
  PluginSupervision,
  SettingsService,
  StandingProblems,
  StartMode,
  Startup,
  StoreMaintenance,
} from '@postroom/sdk/services';
import { Jobs } from './jobs.js';
import { LostEndNotice } from './lostEndNotice.js';
import { checkOfEnd, lostEndProblems } from './lostEndReport.js';
import { StoreKeeper } from './storeKeeper.js';
import { Tidying } from './tidying.js';

export function activate(context: PluginContext): void {
  watchStore(context);
  runJobs(context);
}

/** Told with all plugins, some of which place the notice, and before anything is sent that may have been sent already. */
function watchStore(context: PluginContext): void {
  const { log, commands, subscriptions } = context;
  const [maintenance, activity, events, startup] = [
    context.get(StoreMaintenance),
    context.get(ActivityLog),
    context.get(Events),
    context.get(Startup),
  ];
  const keeper = new StoreKeeper(maintenance, activity, context.get(Clock), events, log);
  subscriptions.push(keeper);
  keeper.start();
  const notice = new LostEndNotice({ maintenance, notices: context.get(Notices), activity, events, log });
  const tell = (): void => subscriptions.push(startup.whenActive(() => notice.tell()));
  tell();
  subscriptions.push(
    maintenance.onDidLose(tell),
    context.get(StandingProblems).add(async () => lostEndProblems(await maintenance.lostEnd())),
  );
  commands.register('housekeeping.check', async () => [checkOfEnd(await maintenance.lostEnd())]);
}

function runJobs(context: PluginContext): void {
  const { state, log, commands, subscriptions } = context;
  const [activity, clock, settings] = [context.get(ActivityLog), context.get(Clock), context.get(SettingsService)];
  const tidying = new Tidying({ activity, journal: context.get(Journal), storages: context.get(PluginStorages), state, clock, log }, () =>
    settings.get<number>('log.keepDays'),
  );
  const parts = {
    entries: context.get(ContributedEntries),
    commands: context.get(CommandCatalogue),
    events: context.get(Events),
    plugins: context.get(PluginSupervision),
    leases: context.get(Leases),
  };
  const jobs = new Jobs({ ...parts, state, activity, clock, log });
  commands.register('housekeeping.tidy', () => tidying.tidy());
  commands.register('housekeeping.jobs', () => jobs.all());
  commands.register('housekeeping.run', ({ job }: { readonly job: string }, call) => jobs.runNow(job, call));
  subscriptions.push(
    jobs,
    context.get(StandingProblems).add(() => jobs.problems()),
  );
  // A command on a data folder alone is no turn of a job.
  if (context.get(StartMode).serves) subscriptions.push(context.get(Startup).whenActive(() => jobs.start()));
}
