// log read|days: the manual's Log.
import { type CommandHandler, PostroomError } from '@postroom/sdk';
import type { ActivityLog, ActivityQuery } from '@postroom/sdk/services';

export class LogCommands {
  constructor(private readonly log: ActivityLog) {}

  get handlers(): Readonly<Record<string, CommandHandler>> {
    return {
      'log.read': (query: ActivityQuery) => {
        if (query.day !== undefined && !isDay(query.day)) {
          throw new PostroomError('command/arguments', `The calendar has no day ${query.day}.`);
        }
        return this.log.read(query);
      },
      'log.days': () => this.log.days(),
    };
  }
}

/** `day`: of the form 2026-11-23. */
function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
