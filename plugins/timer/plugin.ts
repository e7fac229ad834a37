// The timer: the manual's Timer Options. The host asks for the plan and keeps the clock.
import type { PluginContext } from '@postroom/sdk';
import { planRounds, type TimerSettings } from './plan.js';

export function activate(context: PluginContext): void {
  context.hooks.onSchedule.tap('plan', (plan, now) => {
    const rounds = [...plan.rounds, ...planRounds(now, timerSettings(context))];
    return { rounds: rounds.sort((a, b) => a.at.getTime() - b.at.getTime()) };
  });
}

function timerSettings({ settings }: PluginContext): TimerSettings {
  return {
    everyMinutes: settings.get('timer.everyMinutes'),
    outboxCount: settings.get('timer.outboxCount'),
    windows: settings.get('timer.windows'),
  };
}
