// Trial period: takes risky changes of the settings back unless they are confirmed. Plugins that use it start after it.
import type { PluginContext } from '@postroom/sdk';
import { Clock, Events, SettingsService, StartMode, TrialPeriod } from '@postroom/sdk/services';
import { SettingsTrialPeriod } from './trialPeriod.js';

export async function activate(context: PluginContext): Promise<void> {
  const trials = new SettingsTrialPeriod({
    settings: context.get(SettingsService),
    state: context.state,
    clock: context.get(Clock),
    events: context.get(Events),
    log: context.log,
  });
  await trials.recover();
  // A server that opens no port locks no one out: there nothing is on trial.
  if (context.get(StartMode).serves) {
    trials.begin();
    context.subscriptions.push(trials);
  }
  context.provide(TrialPeriod, trials);
}
