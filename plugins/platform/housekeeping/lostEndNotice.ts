// A database that lost its end, told once to those who can do something about it: in the Log and in ADMIN1's mailbox.
import { ADMIN1, type Logger, sentenceOf } from '@postroom/sdk';
import type { ActivityLog, Events, Notices, StoreMaintenance } from '@postroom/sdk/services';
import { whatToDo, whatWasLost } from './lostEndReport.js';

export interface LostEndParts {
  readonly maintenance: Pick<StoreMaintenance, 'lostEnd' | 'setLostEndTold'>;
  readonly notices: Notices;
  readonly activity: Pick<ActivityLog, 'add'>;
  readonly events: Pick<Events, 'emit'>;
  readonly log: Logger;
}

export class LostEndNotice {
  #telling: Promise<void> = Promise.resolve();

  constructor(private readonly parts: LostEndParts) {}

  /** Tells what was found when the database was opened, or since. Never rejects: what could not be told is tried again at the next start. */
  tell(): Promise<void> {
    // One after the other: what one has told the next one leaves.
    this.#telling = this.#telling.then(() => this.#tell());
    return this.#telling;
  }

  async #tell(): Promise<void> {
    const { maintenance, notices, activity, events, log } = this.parts;
    try {
      const end = await maintenance.lostEnd();
      if (end === undefined || end.isTold) return;
      const text = whatWasLost(end);
      log.error(text, { missing: end.missing, held: end.held });
      events.emit({ type: 'problem', source: 'database', sentence: text });
      await notices.notify({
        mailbox: ADMIN1,
        subject: 'The last changes of the mail database are missing',
        lines: [text, '', ...whatToDo(end)],
        reason: 'the database lost its last changes',
      });
      const details = { missing: end.missing };
      activity.add({ kind: 'problem', account: undefined, user: undefined, message: undefined, text, details });
      await maintenance.setLostEndTold(end);
    } catch (error) {
      log.error('ADMIN1 could not be told that the database lost its end; the next start tries again.', { error: sentenceOf(error) });
    }
  }
}
