// Watchdog: looks from a second thread whether the server's event loop still turns. It only watches a process that is the server's own.
import path from 'node:path';
import type { PluginContext } from '@postroom/sdk';
import { ActivityLog, Clock, DataFolder, Events, PluginSupervision, ServerProcess } from '@postroom/sdk/services';
import { Watchdog } from './watchdog.js';

export function activate(context: PluginContext): void {
  const { stallLimit } = context.get(ServerProcess);
  if (stallLimit === undefined) return;
  const watchdog = new Watchdog({
    plugins: context.get(PluginSupervision),
    activity: context.get(ActivityLog),
    events: context.get(Events),
    clock: context.get(Clock),
    folder: context.get(DataFolder),
    log: context.log,
    worker: path.join(context.folder, 'dist', 'stallWorker.js'),
  });
  context.subscriptions.push(watchdog.begin(stallLimit));
}
