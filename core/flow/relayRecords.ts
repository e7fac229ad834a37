// What became of tries to send: written down first, then told to the author and to all who look on.
import { type DestinationReceipt, mailboxName, type PostroomError } from '@postroom/sdk';
import { Clock, createServiceId, Events } from '@postroom/sdk/services';
import { Log } from '../base/log.js';
import { ActivityLog } from '../store/activityLog.js';
import { MailStore, type StoredMessage } from '../store/mailStore.js';
import { Outbox, type OutboxEntry, type OutboxUpdate } from '../store/outbox.js';
import { BounceStep } from './bounce.js';
import type { Consignment } from './consignment.js';
import { judge } from './relayJudge.js';

export interface RelayRecords {
  /** One receipt for each recipient. Answers what they mean for the entries. */
  write(consignment: Consignment, receipts: readonly DestinationReceipt[]): Promise<readonly OutboxUpdate[]>;
  /** What the disk did not take when it happened: before it is written, nothing more may be sent. */
  writeRest(): Promise<void>;
  /** A message that can neither be sent nor returned, because its octets are damaged: on hold, and what is behind it goes on. */
  setAside(consignment: Consignment, error: PostroomError): Promise<void>;
  /** An entry that was on its way when the server ended. */
  tellOfUnknown(entry: OutboxEntry): void;
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
    const message = await this.store.message(consignment.message);
    const updates = consignment.entries.map((entry) =>
      judge(
        entry,
        receipts.find((receipt) => receipt.recipient === entry.recipient),
        now,
      ),
    );
    const entryOf = new Map(consignment.entries.map((entry) => [entry.id, entry]));
    const noticeOf = (update: OutboxUpdate): 'failed' | 'delayed' | undefined =>
      message === undefined ? undefined : update.outcome === 'bounced' ? 'failed' : update.delayNoticed === true ? 'delayed' : undefined;
    // What was sent comes first: nothing that fails below may make it be sent again.
    await this.#report(updates.filter((update) => noticeOf(update) === undefined));
    for (const kind of ['failed', 'delayed'] as const) {
      const recipients = updates.flatMap((update) => {
        const entry = entryOf.get(update.id);
        return entry !== undefined && noticeOf(update) === kind ? [{ entry, update }] : [];
      });
      if (message !== undefined && recipients.length > 0) {
        await this.bounce.report(message, kind, recipients);
      }
    }
    for (const update of updates) this.#tell(consignment, message, update);
    return updates;
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

  tellOfUnknown({ account, message, recipient }: OutboxEntry): void {
    this.activity.add({
      kind: 'deferred',
      account,
      user: undefined,
      message,
      text: `Not known to be sent: to ${recipient}: the server ended while it was on its way; it is sent again (possibly sent twice)`,
      details: { recipient, unsure: true },
    });
  }

  async #report(updates: readonly OutboxUpdate[]): Promise<void> {
    try {
      await this.outbox.report(updates);
    } catch (error) {
      this.#unwritten.push(...updates);
      throw error;
    }
  }

  #tell(consignment: Consignment, message: StoredMessage | undefined, update: OutboxUpdate): void {
    const { receipt, outcome } = update;
    const what = { sent: 'Sent', deferred: 'Not sent yet', bounced: 'Could not be sent' }[outcome];
    const text = `${what}: to ${receipt.recipient}: ${receipt.status} ${receipt.text}${receipt.unsure === true ? ' (possibly sent twice)' : ''}`;
    const user = message?.author === undefined ? undefined : mailboxName(message.author);
    const details = { recipient: receipt.recipient, status: receipt.status, ...(receipt.unsure === true && { unsure: true }) };
    this.activity.add({ kind: outcome, account: consignment.account, user, message: consignment.message, text, details });
    this.events.emit({ type: 'relay', account: consignment.account, recipient: receipt.recipient, outcome: receipt.outcome });
    if (receipt.configuration === true) {
      this.events.emit({ type: 'problem', source: consignment.account, sentence: text });
      this.log.error('Mail cannot be sent until the account is mended.', {
        account: consignment.account,
        status: receipt.status,
        answer: receipt.text,
      });
    }
  }
}
