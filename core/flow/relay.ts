// The Outbox's part of a round: every entry that is due goes to its account's ISP; what fails for good comes back to its author.
import { type DestinationReceipt, mailboxName, PostroomError, type RelayDestinations, type RoundReason } from '@postroom/sdk';
import { Accounts, Clock, createServiceId, Events } from '@postroom/sdk/services';
import { groupBy } from '../base/groupBy.js';
import { Log } from '../base/log.js';
import { composeCopy } from '../mail/copy.js';
import { ActivityLog } from '../store/activityLog.js';
import { MailStore, type StoredMessage } from '../store/mailStore.js';
import { Outbox, type OutboxUpdate } from '../store/outbox.js';
import { BounceStep } from './bounce.js';
import { type Consignment, consignments } from './consignment.js';
import { DeliverStep } from './deliver.js';
import { judge } from './relayJudge.js';
import { RelayRests } from './relayRests.js';
import { viewOfStored } from './storedMail.js';

/** Entries taken at a time; the lease outlasts the longest try (10 minutes for the final answer and what comes before). */
const BATCH = 200;
const LEASE_MS = 20 * 60_000;

export interface RelayCounts {
  readonly sent: number;
  readonly deferred: number;
  readonly bounced: number;
}

export interface RelayStep {
  /** Tries everything that is due now, once; what comes in meanwhile is for the next round. Never rejects for what an ISP does. */
  flush(reason: RoundReason, signal: AbortSignal): Promise<RelayCounts>;
  /** What the account's ISP refused may be mended: it rests no longer. */
  wake(account: string): void;
  /** At start, after a crash: what was being sent then is sent again, and the log says that it may come twice. */
  recover(): Promise<void>;
  /** The administrator returns entries: their authors get a notice, as for a final failure. */
  giveUp(ids: readonly number[]): Promise<void>;
}
export const RelayStep = createServiceId<RelayStep>('RelayStep');

export class OutboxRelayStep implements RelayStep {
  readonly #unwritten: OutboxUpdate[] = [];
  readonly #rests: RelayRests;

  constructor(
    @Outbox private readonly outbox: Outbox,
    @MailStore private readonly store: MailStore,
    @Accounts private readonly accounts: Accounts,
    @DeliverStep private readonly deliver: DeliverStep,
    @BounceStep private readonly bounce: BounceStep,
    @Clock private readonly clock: Clock,
    @Events private readonly events: Events,
    @ActivityLog private readonly activity: ActivityLog,
    @Log private readonly log: Log,
  ) {
    this.#rests = new RelayRests(clock);
    events.on((event) => {
      if (event.type === 'settings') this.#rests.wakeAll();
    });
  }

  wake(account: string): void {
    this.#rests.wake(account);
  }

  async flush(reason: RoundReason, signal: AbortSignal): Promise<RelayCounts> {
    const counts = { sent: 0, deferred: 0, bounced: 0 };
    await this.#writeRest();
    const { newest } = this.outbox.counts();
    if (reason === 'user') this.#rests.wakeAll();
    for (;;) {
      await this.#makeDue();
      const leased = signal.aborted ? [] : await this.outbox.lease(this.clock.now(), LEASE_MS, BATCH, newest);
      if (leased.length === 0) {
        return counts;
      }
      const byAccount = groupBy(consignments(leased), (consignment) => consignment.account);
      // All to their ends, whatever becomes of one: a round that ended before its tries did would overlap the next.
      const ends = await Promise.allSettled([...byAccount.values()].map((queue) => this.#sendQueue(queue, counts, signal)));
      const failure = ends.find((end) => end.status === 'rejected');
      if (failure !== undefined) {
        throw failure.reason;
      }
    }
  }

  async recover(): Promise<void> {
    for (const entry of await this.outbox.recover()) {
      this.activity.add({
        kind: 'deferred',
        account: entry.account,
        user: undefined,
        message: entry.message,
        text: `Not known to be sent: to ${entry.recipient}: the server ended while it was on its way; it is sent again (possibly sent twice)`,
        details: { recipient: entry.recipient, unsure: true },
      });
    }
  }

  async giveUp(ids: readonly number[]): Promise<void> {
    const entries = (await this.outbox.list()).filter((entry) => ids.includes(entry.id));
    const counts = { sent: 0, deferred: 0, bounced: 0 };
    for (const consignment of consignments(entries)) {
      const receipts = consignment.entries.map((entry): DestinationReceipt => {
        const last = `${entry.status} ${entry.text}`.trim();
        return {
          recipient: entry.recipient,
          outcome: 'failed',
          status: '5.7.0',
          text: `The administrator gave it up.${last === '' ? '' : ` Last answer: ${last}`}`,
        };
      });
      await this.#record(consignment, receipts, counts);
    }
  }

  /** What only waited for its account to rest no longer; not what somebody holds by now. */
  async #makeDue(): Promise<void> {
    const woken = new Set(this.#rests.woken);
    if (woken.size === 0) return;
    const entries = (await this.outbox.list()).filter(({ id, state }) => (state === 'deferred' || state === 'waiting') && woken.has(id));
    await this.outbox.retry(entries.map(({ id }) => id));
    this.#rests.areDue(woken);
  }

  /** One account's messages, one after the other. A wrong set-up (login, TLS) ends the account's turn, as does an ISP that takes no more for now. */
  async #sendQueue(
    queue: readonly Consignment[],
    counts: { sent: number; deferred: number; bounced: number },
    signal: AbortSignal,
  ): Promise<void> {
    const putOff: Consignment[] = [];
    for (const consignment of queue) {
      if (signal.aborted) {
        await this.outbox.release(idsOf([consignment]));
        continue;
      }
      try {
        const rest = this.#rests.of(consignment.account);
        if (rest === undefined) {
          const receipts = await this.#send(consignment, signal);
          this.#rests.tried(consignment, receipts);
          await this.#record(consignment, receipts, counts);
        } else {
          this.#rests.putOff(consignment);
          const receipts = consignment.entries.map((entry) => ({ ...rest, recipient: entry.recipient }));
          if (rest.configuration === true || this.#isNoticeDue(consignment, rest)) await this.#record(consignment, receipts, counts);
          else putOff.push(consignment);
        }
      } catch (error) {
        if (!(error instanceof PostroomError) || error.code !== 'data/corrupt') throw error;
        await this.#setAside(consignment, error);
      }
    }
    await this.#release(putOff);
  }

  /** Not tried, and no try is counted: their account's ISP takes no more for now. */
  async #release(putOff: readonly Consignment[]): Promise<void> {
    const [first] = putOff;
    if (first === undefined) return;
    await this.outbox.release(idsOf(putOff), new Date(this.clock.now().getTime() + this.#rests.left(first.account)));
  }

  /** Whether an author has to hear of the delay, though the message was not tried. */
  #isNoticeDue({ entries }: Consignment, rest: DestinationReceipt): boolean {
    const now = this.clock.now();
    return entries.some((entry) => judge(entry, { ...rest, recipient: entry.recipient }, now).delayNoticed === true);
  }

  /** A message that can neither be sent nor returned, because its octets are damaged: on hold, and what is behind it goes on. */
  async #setAside({ account, message, entries }: Consignment, error: PostroomError): Promise<void> {
    await this.outbox.hold(entries.map((entry) => entry.id));
    const to = entries.map((entry) => entry.recipient).join(', ');
    const text = `Mail to ${to} is on hold, because it cannot be read from the database: ${error.message}`;
    this.activity.add({ kind: 'problem', account, user: undefined, message, text, details: { code: error.code } });
    this.events.emit({ type: 'problem', source: account, sentence: text });
    this.log.error('Mail in the Outbox cannot be read.', { account, message, error: error.message });
  }

  async #send(consignment: Consignment, signal: AbortSignal): Promise<readonly DestinationReceipt[]> {
    const { entries } = consignment;
    const account = this.accounts.find(consignment.account);
    const message = await this.store.message(consignment.message);
    if (account === undefined || message === undefined) {
      const text =
        account === undefined
          ? `The account ${consignment.account} no longer exists; move or return the message.`
          : 'The message is missing from the store.';
      return entries.map((entry) => ({
        recipient: entry.recipient,
        outcome: account === undefined ? 'deferred' : 'failed',
        status: '4.3.5',
        text,
      }));
    }
    const first = entries[0];
    const prefix = first?.prefix ?? new Uint8Array();
    const to: RelayDestinations = {
      kind: 'relay',
      account,
      from: first?.from ?? '',
      size: prefix.length + message.size - message.concealed.reduce((sum, range) => sum + range.end - range.start, 0),
      content: () => composeCopy(prefix, this.store.read(message.id), message.concealed),
      recipients: entries.map((entry) => ({
        address: entry.recipient,
        dsn: { ...(entry.notify && { notify: entry.notify }), ...(entry.orcpt && { orcpt: entry.orcpt }) },
      })),
      dsn: { ...(first?.ret && { ret: first.ret }), ...(first?.envid && { envid: first.envid }) },
    };
    return this.deliver.relay(await viewOfStored(message, this.store), to, signal);
  }

  async #record(
    consignment: Consignment,
    receipts: readonly DestinationReceipt[],
    counts: { sent: number; deferred: number; bounced: number },
  ): Promise<void> {
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
    await this.#write(updates.filter((update) => noticeOf(update) === undefined));
    for (const kind of ['failed', 'delayed'] as const) {
      const recipients = updates.flatMap((update) => {
        const entry = entryOf.get(update.id);
        return entry !== undefined && noticeOf(update) === kind ? [{ entry, update }] : [];
      });
      if (message !== undefined && recipients.length > 0) {
        await this.bounce.report(message, kind, recipients);
      }
    }
    for (const update of updates) {
      this.#tell(consignment, message, update);
      counts[update.outcome] += 1;
    }
  }

  async #write(updates: readonly OutboxUpdate[]): Promise<void> {
    try {
      await this.outbox.report(updates);
    } catch (error) {
      this.#unwritten.push(...updates);
      throw error;
    }
  }

  /** What the disk did not take when it happened: before it is written, nothing more is sent. */
  async #writeRest(): Promise<void> {
    const rest = this.#unwritten.splice(0);
    if (rest.length > 0) {
      await this.#write(rest);
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

function idsOf(some: readonly Consignment[]): readonly number[] {
  return some.flatMap(({ entries }) => entries.map(({ id }) => id));
}
