// Doors: threads beside the main one that speak protocols while that is busy.
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { PluginContext } from '@postroom/sdk';
import { ContributedEntries, Doors, PluginCatalogue, PluginSupervision, StartMode } from '@postroom/sdk/services';
import { doorMetrics } from './doorMetrics.js';
import type { DoorsSetting } from './doorMode.js';
import { DoorModules } from './doorModules.js';
import { canSharePorts } from './portSharing.js';
import { ThreadDoors } from './threadDoors.js';

const SETTING = 'server.doors';

export async function activate(context: PluginContext): Promise<void> {
  const entries = context.get(ContributedEntries);
  const supervision = context.get(PluginSupervision);
  const isBundle = path.basename(import.meta.dirname) === 'bundle';
  const modules = new DoorModules(entries, context.get(PluginCatalogue), isBundle);
  const doors = new ThreadDoors({
    machine: { canShare: context.get(StartMode).serves && (await canSharePorts()), cores: availableParallelism() },
    setting: () => context.settings.get<DoorsSetting>(SETTING),
    modules,
    log: context.log,
    threadFile: path.join(context.folder, 'dist', 'doorThread.js'),
  });
  context.subscriptions.push(
    doors,
    context.settings.onDidChange([SETTING], () => doors.settingChanged()),
    entries.onDidChange(() => modules.refuseIsolated(supervision)),
    context.commands.register('doors.metrics', () => doorMetrics(doors.state)),
  );
  context.provide(Doors, doors);
}
