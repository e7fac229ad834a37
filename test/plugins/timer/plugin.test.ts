import type { PluginContext, ScheduleHandler, SchedulePlan } from '@postroom/sdk';
import { expect } from 'chai';
import { activate } from '#plugins/timer/dist/plugin.js';

function planTap(values: Readonly<Record<string, unknown>>): ScheduleHandler {
  let handler: ScheduleHandler | undefined;
  const tap = (name: string, tapped: ScheduleHandler): { dispose(): void } => {
    expect(name).to.equal('plan');
    handler = tapped;
    return { dispose: () => undefined };
  };
  activate({ hooks: { onSchedule: { tap } }, settings: { get: (key: string) => values[key] } } as unknown as PluginContext);
  if (!handler) throw new Error('The plugin did not tap onSchedule.');
  return handler;
}

describe('the timer', () => {
  it('adds its rounds to those of other plugins, in order, by the settings in force at the call', async () => {
    const values: Record<string, unknown> = {
      'timer.everyMinutes': 10,
      'timer.outboxCount': 0,
      'timer.windows': [{ days: ['mon'], from: '00:00', to: '24:00' }],
    };
    const tap = planTap(values);
    const other: SchedulePlan = {
      rounds: [{ at: new Date('2026-11-02T08:05:00Z'), accounts: ['company'], reason: 'timer', because: 'another plugin' }],
    };
    const now = { now: new Date('2026-11-02T08:00:00Z'), outbox: 0, lastRound: undefined, timeZone: 'UTC' };
    const call = { signal: new AbortController().signal };
    const plan = await tap(other, now, call);
    expect(plan?.rounds.slice(0, 3).map((round) => round.because)).to.deep.equal([
      'every 10 minutes',
      'another plugin',
      'every 10 minutes',
    ]);
    values['timer.everyMinutes'] = 0;
    expect((await tap(other, now, call))?.rounds).to.deep.equal(other.rounds);
  });
});
