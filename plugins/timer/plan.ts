// When the next rounds run: a pure function of the settings and the moment.
import type { PlannedRound, ScheduleContext } from '@postroom/sdk';
import { nextOpen, type ReceiveWindow } from './windows.js';

export interface TimerSettings {
  /** Minutes from the beginning of one round to the next; 0 = off. */
  readonly everyMinutes: number;
  /** Messages in the Outbox that set a round off; 0 = off. */
  readonly outboxCount: number;
  readonly windows: readonly ReceiveWindow[];
}

const MINUTE_MS = 60_000;

/**
 * The coming rounds, in order: one that is due for the Outbox, then `count` by the clock. What is overdue is due now, and once,
 * however long the machine slept. The Outbox does not look at the windows: the manual has two options that know nothing of each other.
 */
export function planRounds(context: ScheduleContext, settings: TimerSettings, count = 10): readonly PlannedRound[] {
  const waiting = outboxRound(context, settings);
  // A round for the Outbox receives as well, so the interval begins again with it.
  const last = waiting ? context.now : context.lastRound;
  return [...(waiting ? [waiting] : []), ...timedRounds({ ...context, lastRound: last }, settings, count)];
}

function outboxRound({ now, outbox }: ScheduleContext, { outboxCount }: TimerSettings): PlannedRound | undefined {
  if (outboxCount === 0 || outbox < outboxCount) return undefined;
  const because = outbox === 1 ? '1 message waits in the Outbox' : `${outbox} messages wait in the Outbox`;
  return { at: now, accounts: 'all', reason: 'outbox', because };
}

function timedRounds({ now, lastRound, timeZone }: ScheduleContext, settings: TimerSettings, count: number): readonly PlannedRound[] {
  const { everyMinutes, windows } = settings;
  const because = everyMinutes === 1 ? 'every minute' : `every ${everyMinutes} minutes`;
  const rounds: PlannedRound[] = [];
  if (everyMinutes === 0) return rounds;

  let earliest = firstTime(now, lastRound, everyMinutes * MINUTE_MS);
  while (rounds.length < count) {
    const at = nextOpen(earliest, windows, timeZone);
    if (!at) break;
    rounds.push({ at, accounts: 'all', reason: 'timer', because });
    earliest = new Date(at.getTime() + everyMinutes * MINUTE_MS);
  }
  return rounds;
}

/** A last round that lies in the future (the clock was set back) counts as one that began now. */
function firstTime(now: Date, lastRound: Date | undefined, intervalMs: number): Date {
  if (!lastRound) return now;
  const last = Math.min(lastRound.getTime(), now.getTime());
  return new Date(Math.max(last + intervalMs, now.getTime()));
}
