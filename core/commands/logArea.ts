// log read|days: the manual's Log.
import { ActivityLog, type ActivityQuery } from '../store/activityLog.js';
import { type CommandArea, type HandlersOf, handler } from './area.js';
import type { LOG_COMMANDS } from './logDeclarations.js';

export class LogArea implements CommandArea {
  constructor(@ActivityLog private readonly log: ActivityLog) {}

  readonly handlers: HandlersOf<typeof LOG_COMMANDS> = {
    'log.read': handler<ActivityQuery>((query) => this.log.read(query)),
    'log.days': handler(() => this.log.days()),
  };
}
