// A database that lost its end, told once to those who can do something about it: in the Log and in ADMIN1's mailbox.
import { ADMIN1, sentenceOf } from '@postroom/sdk';
import { ActivityLog, Clock, Events, Log, ServerName } from '@postroom/sdk/services';
import { inject } from '../base/inject.js';
import { OwnMail } from '../flow/intake/ownMail.js';
import { composeNotice } from '../mail/notice.js';
import { LostEndReport, whatToDo, whatWasLost } from './lostEndReport.js';

export class LostEndNotice {
  constructor(
    @inject(LostEndReport) private readonly report: LostEndReport,
    @inject(OwnMail) private readonly ownMail: OwnMail,
    @ActivityLog private readonly activity: ActivityLog,
    @ServerName private readonly server: ServerName,
    @Clock private readonly clock: Clock,
    @Events private readonly events: Events,
    @Log private readonly log: Log,
  ) {}

  /** Tells what was found when the database was opened. Never rejects: what could not be told is tried again at the next start. */
  async tell(): Promise<void> {
    try {
      const end = await this.report.found();
      if (end === undefined || end.isTold) return;
      const text = whatWasLost(end);
      this.log.error(text, { missing: end.missing, held: end.held });
      this.events.emit({ type: 'problem', source: 'database', sentence: text });
      const notice = composeNotice({
        host: this.server.name,
        to: `admin1@${this.server.name}`,
        subject: 'The last changes of the mail database are missing',
        lines: [text, '', ...whatToDo(end)],
        now: this.clock.now(),
      });
      await this.ownMail.deliver(notice, [ADMIN1], 'the database lost its last changes');
      this.activity.add({
        kind: 'problem',
        account: undefined,
        user: undefined,
        message: undefined,
        text,
        details: { missing: end.missing },
      });
      await this.report.setTold(end);
    } catch (error) {
      this.log.error('ADMIN1 could not be told that the database lost its end; the next start tries again.', { error: sentenceOf(error) });
    }
  }
}
