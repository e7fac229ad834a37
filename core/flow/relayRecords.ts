// What became of tries to send: written down first, then told to the author and to all who look on.
import { type DestinationReceipt, mailboxName, type PostroomError } from '@postroom/sdk';
import { Clock, createServiceId, Events } from '@postroom/sdk/services';
import { Log } from '../base/log.js';
import { ActivityLog } from '../store/activityLog.js';
import { MailStore, type StoredMessage } from '../store/mailStore.js';
import { Outbox, type OutboxUpdate } from '../store/outbox.js';
import { BounceStep } from './bounce.js';
import type { Consignment } from './consignment.js';
import { doubtsIn } from './doubtSentence.js';
import { judge } from './relayJudge.js';

export interface RelayRecords {
  /** One receipt for each recipient. Answers what they mean for the entries. */
  write(consignment: Consignment, receipts: readonly DestinationReceipt[]): Promise<readonly OutboxUpdate[]>;
  /** What the disk did not take when it happened: before it is written, nothing more may be sent. */
  writeRest(): Promise<void>;
  /** A message that can neither be sent nor returned, because its octets are damaged: on hold, and what is behind it goes on. */
  setAside(consignment: Consignment, error: PostroomError): Promise<void>;
}
export const RelayRecords = createServiceId<RelayRecords>('RelayRecords');

export class OutboxRelayRecords implements RelayRecords {
  readonly #unwritten: OutboxUpdate[] = [];

  constructor(
    @Outbox private readonly outbox: Outbox,
    @MailStore private readonly store: MailStore,
    @BounceStep private readonly bounce: BounceStep,
    @Clock private readonly clock: Clock,
    @Events private readonly events: Events,
    @ActivityLog private readonly activity: ActivityLog,
    @Log private readonly log: Log,
  ) {}

  async write(consignment: Consignment, receipts: readonly DestinationReceipt[]): Promise<readonly OutboxUpdate[]> {
    const now = this.clock.now();
    const updates = consignment.entries.map((entry) =>
      judge(
        entry,
        receipts.find((receipt) => receipt.recipient === entry.recipient),
        now,
      ),
    );
    const message = await this.store.message(consignment.message).catch((error: unknown) => this.#reportOnly(updates, now, error));
    // What was sent comes first: nothing that fails below may make it be sent again.
    await this.#report(updates.filter((update) => message === undefined || noticeFor(update) === undefined));
    if (message !== undefined) await this.#reportWithNotices(consignment, message, updates, now);
    this.#tell(consignment, message, updates, now);
    return updates;
  }

  async #reportWithNotices(consignment: Consignment, message: StoredMessage, updates: readonly OutboxUpdate[], now: Date): Promise<void> {
    const entryOf = new Map(consignment.entries.map((entry) => [entry.id, entry]));
    for (const kind of ['failed', 'delayed', 'unsure'] as const) {
      const recipients = updates.flatMap((update) => {
        const entry = entryOf.get(update.id);
        return entry !== undefined && noticeFor(update) === kind ? [{ entry, update }] : [];
      });
      if (recipients.length > 0) {
        await this.bounce.report(message, kind, recipients).catch((error: unknown) =>
          this.#reportOnly(
            recipients.map(({ update }) => update),
            now,
            error,
          ),
        );
      }
    }
  }

  /** The notice of it cannot be made, but the ISP's answer is known, and nothing may stay in doubt for that. Rejects with `error`. */
  async #reportOnly(updates: readonly OutboxUpdate[], now: Date, error: unknown): Promise<never> {
    await this.#report(updates.map((update) => withoutNotice(update, now)));
    throw error;
  }

  async writeRest(): Promise<void> {
    const rest = this.#unwritten.splice(0);
    if (rest.length > 0) await this.#report(rest);
  }

  async setAside({ account, message, entries }: Consignment, error: PostroomError): Promise<void> {
    await this.outbox.hold(entries.map((entry) => entry.id));
    const to = entries.map((entry) => entry.recipient).join(', ');
    const text = `Mail to ${to} is on hold, because it cannot be read from the database: ${error.message}`;
    this.activity.add({ kind: 'problem', account, user: undefined, message, text, details: { code: error.code } });
    this.events.emit({ type: 'problem', source: account, sentence: text });
    this.log.error('Mail in the Outbox cannot be read.', { account, message, error: error.message });
  }

  async #report(updates: readonly OutboxUpdate[]): Promise<void> {
    try {
      await this.outbox.report(updates);
    } catch (error) {
      this.#unwritten.push(...updates);
      throw error;
    }
  }

  #tell(consignment: Consignment, message: StoredMessage | undefined, updates: readonly OutboxUpdate[], now: Date): void {
    const user = message?.author === undefined ? undefined : mailboxName(message.author);
    const about = { account: consignment.account, user, message: consignment.message };
    for (const { receipt, outcome, doubtful } of updates) {
      const { recipient, status, text } = receipt;
      this.events.emit({ type: 'relay', account: consignment.account, recipient, outcome: receipt.outcome });
      if (doubtful === true || outcome === 'held') continue;
      const what = { sent: 'Sent', deferred: 'Not sent yet', bounced: 'Could not be sent' }[outcome];
      const sentence = `${what}: to ${recipient}: ${status} ${text}`;
      this.activity.add({ ...about, kind: outcome, text: sentence, details: { recipient, status } });
      if (receipt.configuration === true) this.#alarm(consignment, receipt, sentence);
    }
    // Once for the message, however many recipients it has: they had one end of data.
    for (const doubt of doubtsIn(consignment, updates, now)) {
      const { sentence, recipients, status } = doubt;
      this.activity.add({ ...about, kind: doubt.isHeld ? 'problem' : 'deferred', text: sentence, details: { recipients, status, unsure: true } });
      if (doubt.isHeld) this.events.emit({ type: 'problem', source: consignment.account, sentence });
      this.log.warn('Nobody knows whether the ISP has a message.', { account: consignment.account, message: consignment.message, recipients, held: doubt.isHeld });
    }
  }

  #alarm({ account }: Consignment, { status, text }: DestinationReceipt, sentence: string): void {
    this.events.emit({ type: 'problem', source: account, sentence });
    this.log.error('Mail cannot be sent until the account is mended.', { account, status, answer: text });
  }
}

/** What its author has to hear of it. */
function noticeFor({ outcome, doubtful, delayNoticed }: OutboxUpdate): 'failed' | 'delayed' | 'unsure' | undefined {
  if (outcome === 'bounced') return 'failed';
  if (outcome === 'held') return doubtful === true ? 'unsure' : undefined;
  return delayNoticed === true ? 'delayed' : undefined;
}

/** A recipient without a notice of the end stays in the Outbox, and is tried again. */
function withoutNotice({ id, outcome, receipt, nextTryAt, doubtful }: OutboxUpdate, now: Date): OutboxUpdate {
  const kept = { id, receipt, ...(doubtful === true && { doubtful }) };
  return outcome === 'bounced' ? { ...kept, outcome: 'deferred', nextTryAt: now } : { ...kept, outcome, nextTryAt };
}
