// What became of tries to send: recorded first, then told to the author and to the listeners. What another server has taken over is not: its sender
// reports that.
import { type DestinationReceipt, mailboxName, type PostroomError } from '@postroom/sdk';
import { namesOf } from '@postroom/sdk/base';
import { ActivityLog, Clock, Events, Log, MailStore, Outbox, type OutboxUpdate, type StoredMessage } from '@postroom/sdk/services';
import { hasCode } from '../../base/hasCode.js';
import { inject } from '../../base/inject.js';
import { BounceStep, type NoticeKind } from './bounce.js';
import type { DeliveryGroup } from './deliveryGroup.js';
import { doubtsIn } from './doubtSentence.js';
import { outcomeOf } from './relayOutcome.js';

/** What tries came to, of one message. */
interface Outcome {
  readonly group: DeliveryGroup;
  readonly message: StoredMessage | undefined;
  readonly updates: readonly OutboxUpdate[];
  readonly now: Date;
}

export class RelayRecords {
  readonly #unwritten: Outcome[] = [];

  constructor(
    @Outbox private readonly outbox: Outbox,
    @MailStore private readonly store: MailStore,
    @inject(BounceStep) private readonly bounce: BounceStep,
    @Clock private readonly clock: Clock,
    @Events private readonly events: Events,
    @ActivityLog private readonly activity: ActivityLog,
    @Log private readonly log: Log,
  ) {}

  /** One receipt for each recipient. Answers what they mean for the entries. */
  async write(group: DeliveryGroup, receipts: readonly DestinationReceipt[]): Promise<readonly OutboxUpdate[]> {
    const now = this.clock.now();
    const updates = group.entries.map((entry) =>
      outcomeOf(
        entry,
        receipts.find((receipt) => receipt.recipient === entry.recipient),
        now,
      ),
    );
    const outcome = { group, message: undefined, updates, now };
    const message = await this.store.message(group.message).catch((error: unknown) => this.#reportOnly(outcome, error));
    // What was sent comes first: nothing that fails below may make it be sent again.
    await this.#report({
      ...outcome,
      message,
      updates: updates.filter((update) => message === undefined || noticeFor(update) === undefined),
    });
    for (const kind of ['failed', 'delayed', 'unsure'] as const) {
      const some = message === undefined ? [] : updates.filter((update) => noticeFor(update) === kind);
      if (message !== undefined && some.length > 0) await this.#notify(message, kind, { group, message, updates: some, now });
    }
    return updates;
  }

  async #notify(message: StoredMessage, kind: NoticeKind, outcome: Outcome): Promise<void> {
    const entryOf = new Map(outcome.group.entries.map((entry) => [entry.id, entry]));
    const recipients = outcome.updates.flatMap((update) => {
      const entry = entryOf.get(update.id);
      return entry === undefined ? [] : [{ entry, update }];
    });
    try {
      await this.bounce.report(message, kind, recipients);
    } catch (error) {
      if (hasCode(error, 'lease/lost')) return this.#leaveTo(outcome);
      await this.#reportOnly(outcome, error);
    }
    for (const line of linesOf(outcome)) this.activity.add(line);
    this.#tell(outcome);
  }

  /** The notice of it cannot be made, but the ISP's answer is known, and nothing may stay in doubt for that. Rejects with `error`. */
  async #reportOnly(outcome: Outcome, error: unknown): Promise<never> {
    await this.#report({ ...outcome, updates: outcome.updates.map((update) => withoutNotice(update, outcome.now)) });
    throw error;
  }

  /** Writes what the disk did not take when it happened: until that is written, nothing more may be sent. */
  async writeRest(): Promise<void> {
    for (let outcome = this.#unwritten.shift(); outcome !== undefined; outcome = this.#unwritten.shift()) await this.#report(outcome);
  }

  /** A message that can neither be sent nor returned, because its octets are damaged: on hold, and what is behind it goes on. */
  async setAside({ account, message, entries }: DeliveryGroup, error: PostroomError): Promise<void> {
    await this.outbox.hold(entries.map((entry) => entry.id));
    const to = entries.map((entry) => entry.recipient).join(', ');
    const text = `Mail to ${to} is on hold, because it cannot be read from the database: ${error.message}`;
    this.activity.add({ kind: 'problem', account, user: undefined, message, text, details: { code: error.code } });
    this.events.emit({ type: 'problem', source: account, sentence: text });
    this.log.error('Mail in the Outbox cannot be read.', { account, message, error: error.message });
  }

  async #report(outcome: Outcome): Promise<void> {
    if (outcome.updates.length === 0) return;
    // Asked for in one go, lines and entries are one commit.
    for (const line of linesOf(outcome)) this.activity.add(line);
    try {
      await this.outbox.report(outcome.updates);
    } catch (error) {
      if (hasCode(error, 'lease/lost')) return this.#leaveTo(outcome);
      this.#unwritten.push(outcome);
      throw error;
    }
    this.#tell(outcome);
  }

  /** The store has recorded nothing of it, since another server has the entries; it counts in the round's report all the same. */
  #leaveTo({ group: { account, message }, updates }: Outcome): void {
    const isSent = ({ outcome, doubtful }: OutboxUpdate): boolean => outcome === 'sent' || doubtful === true;
    const sent = updates.filter(isSent);
    const recipients = (sent.length > 0 ? sent : updates).map(({ receipt }) => receipt.recipient);
    if (sent.length === 0) {
      this.log.info('Another server sends this mail now; this one sent nothing of it.', { account, message, recipients });
      return;
    }
    const text = `Mail to ${namesOf(recipients)} may have gone twice: another server had taken it over while this one sent it.`;
    this.activity.add({ kind: 'problem', account, user: undefined, message, text, details: { recipients } });
    this.log.warn(text, { account, message, recipients });
  }

  #tell({ group, updates, now }: Outcome): void {
    const { account, message } = group;
    for (const update of updates) {
      const { receipt } = update;
      this.events.emit({ type: 'relay', account, recipient: receipt.recipient, outcome: receipt.outcome });
      if (receipt.configuration === true) this.#alarm(group, receipt, sentenceFor(update));
    }
    for (const { sentence, recipients, isHeld } of doubtsIn(group, updates, now)) {
      if (isHeld) this.events.emit({ type: 'problem', source: account, sentence });
      this.log.warn('Nobody knows whether the ISP has a message.', { account, message, recipients, held: isHeld });
    }
  }

  #alarm({ account }: DeliveryGroup, { status, text }: DestinationReceipt, sentence: string): void {
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
function withoutNotice({ id, lease, outcome, receipt, nextTryAt, doubtful }: OutboxUpdate, now: Date): OutboxUpdate {
  const kept = { id, receipt, ...(lease !== undefined && { lease }), ...(doubtful === true && { doubtful }) };
  return outcome === 'bounced' ? { ...kept, outcome: 'deferred', nextTryAt: now } : { ...kept, outcome, nextTryAt };
}

/** Of a message in doubt one line is written, however many recipients it has: they had one end of data. */
function linesOf({ group, message, updates, now }: Outcome): readonly Parameters<ActivityLog['add']>[0][] {
  const user = message?.author === undefined ? undefined : mailboxName(message.author);
  const about = { account: group.account, user, message: group.message };
  return [
    ...updates.flatMap((update) => {
      const { outcome, doubtful, receipt, untold } = update;
      if (doubtful === true || outcome === 'held') return [];
      const kind = untold === undefined ? outcome : ('problem' as const);
      return [{ ...about, kind, text: sentenceFor(update), details: { recipient: receipt.recipient, status: receipt.status } }];
    }),
    ...doubtsIn(group, updates, now).map(({ sentence, recipients, status, isHeld }) => ({
      ...about,
      kind: isHeld ? ('problem' as const) : ('deferred' as const),
      text: sentence,
      details: { recipients, status, unsure: true },
    })),
  ];
}

function sentenceFor({ outcome, receipt, untold }: OutboxUpdate): string {
  const what = { sent: 'Sent', deferred: 'Not sent yet', held: 'On hold', bounced: 'Could not be sent' }[outcome];
  const told = untold === undefined ? '' : `${/[.!?]$/.test(receipt.text) ? '' : '.'} Nobody was told: ${untold}.`;
  return `${what}: to ${receipt.recipient}: ${receipt.status} ${receipt.text}${told}`;
}
