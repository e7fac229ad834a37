// log read|days: the manual's Log.
import { ActivityLog, type ActivityQuery } from '../store/activityLog.js';
import { type CommandArea, handler } from './area.js';

export class LogArea implements CommandArea {
  constructor(@ActivityLog private readonly log: ActivityLog) {}

  readonly handlers = {
    'log.read': handler<ActivityQuery>((query) => this.log.read(query)),
    'log.days': handler(() => this.log.days()),
  };
}
