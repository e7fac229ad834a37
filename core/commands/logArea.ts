// log read|days: the manual's Log.
import { PostroomError } from '@postroom/sdk';
import { ActivityLog, type ActivityQuery } from '@postroom/sdk/services';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { LOG_COMMANDS } from './logDeclarations.js';

export class LogArea implements CommandArea {
  constructor(@ActivityLog private readonly log: ActivityLog) {}

  readonly handlers: HandlersOf<typeof LOG_COMMANDS> = {
    'log.read': handler<ActivityQuery>((query) => {
      if (query.day !== undefined && !isDay(query.day)) {
        throw new PostroomError('command/arguments', `The calendar has no day ${query.day}.`);
      }
      return this.log.read(query);
    }),
    'log.days': handler(() => this.log.days()),
  };
}

/** `day`: of the form 2026-11-23. */
function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
