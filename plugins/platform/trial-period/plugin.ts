// Trial period: takes risky changes of the settings back unless they are confirmed. Plugins that use it start after it.
import type { PluginContext } from '@postroom/sdk';
import { Clock, Documents, Events, Leases, SettingsService, StartMode, TrialPeriod } from '@postroom/sdk/services';
import { SettingsTrialPeriod } from './trialPeriod.js';
import { TrialRecord } from './trialRecord.js';

export async function activate(context: PluginContext): Promise<void> {
  const trials = new SettingsTrialPeriod({
    settings: context.get(SettingsService),
    record: new TrialRecord(context.get(Documents)),
    leases: context.get(Leases),
    clock: context.get(Clock),
    events: context.get(Events),
    log: context.log,
  });
  await trials.recover();
  // A server that opens no port locks no one out: there nothing is on trial.
  if (context.get(StartMode).serves) {
    context.subscriptions.push(trials);
    await trials.begin();
  }
  context.provide(TrialPeriod, trials);
}
