// A database that lost its end, told to whoever can do something about it: Log, ADMIN1's mailbox, status and doctor.
import { ADMIN1, sentenceOf } from '@postroom/sdk';
import { Clock, createServiceId, Events } from '@postroom/sdk/services';
import { Log } from '../base/log.js';
import { ServerName } from '../directory/serverName.js';
import { IntakeStep } from '../flow/intake.js';
import { composeAdminNotice } from '../mail/adminNotice.js';
import { ActivityLog } from '../store/activityLog.js';
import { LOST_END_KEY, type LostEnd } from '../store/lostEnd.js';
import { PluginStates } from '../store/pluginStates.js';

export interface LostEndNotice {
  /** Tells what was found when the database was opened, once. Never rejects: what could not be told is tried again at the next start. */
  tell(): Promise<void>;
  /** A sentence, for two weeks after it was found. */
  problem(): Promise<string | undefined>;
}
export const LostEndNotice = createServiceId<LostEndNotice>('LostEndNotice');

export class StoredLostEndNotice implements LostEndNotice {
  constructor(
    @PluginStates private readonly states: PluginStates,
    @IntakeStep private readonly intake: IntakeStep,
    @ActivityLog private readonly activity: ActivityLog,
    @ServerName private readonly server: ServerName,
    @Clock private readonly clock: Clock,
    @Events private readonly events: Events,
    @Log private readonly log: Log,
  ) {}

  async tell(): Promise<void> {
    try {
      const end = await this.#found();
      if (end === undefined || end.isTold === true) return;
      const text = whatWasLost(end);
      this.log.error(text, { missing: end.missing, held: end.held });
      this.events.emit({ type: 'problem', source: 'database', sentence: text });
      this.activity.add({
        kind: 'problem',
        account: undefined,
        user: undefined,
        message: undefined,
        text,
        details: { missing: end.missing },
      });
      const now = this.clock.now();
      const lines = [text, '', ...whatToDo(end)];
      const notice = composeAdminNotice({
        host: this.server.name,
        subject: 'The last changes of the mail database are missing',
        lines,
        now,
      });
      await this.intake.own(notice, [ADMIN1], 'the database lost its last changes');
      await this.states.forPlugin('core').set(LOST_END_KEY, { ...end, isTold: true }, new Date(now.getTime() + SHOWN_MS));
    } catch (error) {
      this.log.error('ADMIN1 could not be told that the database lost its end; the next start tries again.', { error: sentenceOf(error) });
    }
  }

  async problem(): Promise<string | undefined> {
    const end = await this.#found();
    return end === undefined ? undefined : `${whatWasLost(end)} ${whatToDo(end).join(' ')}`;
  }

  async #found(): Promise<LostEnd | undefined> {
    return (await this.states.forPlugin('core').get(LOST_END_KEY)) as LostEnd | undefined;
  }
}

const SHOWN_MS = 14 * 86_400_000;

export function whatWasLost({ missing, from, to, held }: LostEnd): string {
  const changes = missing === 1 ? 'The last change' : `The last ${missing} changes`;
  const since = from === 0 ? `until ${timeOf(to)}` : `between ${timeOf(from)} and ${timeOf(to)}`;
  const waiting =
    held === 0
      ? ''
      : ` ${held === 1 ? '1 recipient' : `${held} recipients`} in the Outbox ${held === 1 ? 'is' : 'are'} on hold, as they may have been sent.`;
  return `${changes} of the database, made ${since}, ${missing === 1 ? 'is' : 'are'} missing: postroom.db-wal lost its end, or an older copy of the database was put in its place. Mail that came in or was written in that time may be gone, and mail that was deleted may be back.${waiting}`;
}

/** One step a line. */
export function whatToDo({ from, held }: Pick<LostEnd, 'from' | 'held'>): readonly string[] {
  return [
    'What the ISP still has is collected again by itself; what had been deleted there is not.',
    `A backup helps only where it was made after ${timeOf(from)}: postroom backup restore.`,
    'Ask people to send again what they wrote in that time.',
    ...(held === 0 ? [] : ['Look at what is on hold: postroom outbox list.']),
    'Where nobody put an older copy there, check the disk: it said that data were safe which were not. The rest of the database: postroom doctor.',
  ];
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
