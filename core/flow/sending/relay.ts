// The Outbox's part of a round: every entry that is due goes to its account's ISP; what fails for good comes back to its author.
import { type DeliveryReceipt, type DestinationReceipt, PostroomError, type RoundReason, sentenceOf } from '@postroom/sdk';
import { groupBy } from '@postroom/sdk/base';
import { Accounts, Clock, Events, Journal, Leases, Log, MailStore, Outbox, type Sending, ServerNode } from '@postroom/sdk/services';
import { CoreState } from '../../base/coreState.js';
import { inject } from '../../base/inject.js';
import { DeliverStep } from '../deliver.js';
import { PATIENCE_MS, takeLease } from '../patientLease.js';
import { SharedBackOffs } from '../sharedBackOffs.js';
import { viewOfStored } from '../views/storedMail.js';
import { type DeliveryGroup, deliveryGroups, destinationsOf, unsendable } from './deliveryGroup.js';
import { RelayBackOff } from './relayBackOff.js';
import { outcomeOf } from './relayOutcome.js';
import { RelayRecords } from './relayRecords.js';
import { RelayTry } from './relayTry.js';
import { GIVE_UP_AFTER_MS } from './relayWaits.js';
import { SentOctets } from './sentOctets.js';

/** Entries taken at a time; the lease outlasts the longest try (10 minutes for the final answer and what comes before). */
const BATCH = 200;
const LEASE_MS = 20 * 60_000;
/** Mail of an account for which another server sends is looked at again after this. */
const LATER_MS = 60_000;

export interface RelayCounts {
  readonly sent: number;
  readonly deferred: number;
  readonly bounced: number;
}

type MutableCounts = { -readonly [Outcome in keyof RelayCounts]: RelayCounts[Outcome] };

export class RelayStep implements Sending {
  readonly #backOff: RelayBackOff;
  readonly #backOffs: SharedBackOffs<DestinationReceipt>;

  constructor(
    @Outbox private readonly outbox: Outbox,
    @MailStore private readonly store: MailStore,
    @Accounts private readonly accounts: Accounts,
    @inject(DeliverStep) private readonly deliver: DeliverStep,
    @inject(RelayRecords) private readonly records: RelayRecords,
    @Journal private readonly journal: Journal,
    @Clock private readonly clock: Clock,
    @Events events: Events,
    @Log private readonly log: Log,
    @inject(CoreState) state: CoreState,
    @ServerNode node: ServerNode,
    @Leases private readonly leases: Leases,
  ) {
    this.#backOff = new RelayBackOff(clock);
    this.#backOffs = new SharedBackOffs('send', node.name, state, clock, this.#backOff);
    events.on((event) => {
      if (event.type === 'settings' || event.type === 'plugin') this.#wakeAll();
    });
  }

  /** What the account's ISP refused may be mended: its back-off ends. */
  wake(account: string): void {
    this.#backOff.wake(account);
    this.#backOffs.end(account);
  }

  /** Tries everything that is due now, once; what comes in meanwhile is for the next round. Never rejects for what an ISP does. */
  async flush(reason: RoundReason, signal: AbortSignal): Promise<RelayCounts> {
    const counts = { sent: 0, deferred: 0, bounced: 0 };
    await this.journal.followClock();
    await this.records.writeRest();
    await this.#recover();
    const newest = await this.outbox.newest();
    for (const account of await this.#backOffs.accounts()) await this.#backOffs.hear(account);
    if (reason === 'user') this.#wakeAll();
    for (;;) {
      await this.#makeDue();
      const leased = signal.aborted ? [] : await this.outbox.lease({ limit: BATCH, forMs: LEASE_MS, newest });
      if (leased.length === 0) {
        return counts;
      }
      const byAccount = groupBy(deliveryGroups(leased), (group) => group.account);
      // All to their ends, though one fails: a round that ended before its tries did would overlap the next.
      const send = ([account, queue]: readonly [string, readonly DeliveryGroup[]]): Promise<void> =>
        this.#inTurn(account, queue, signal, () => this.#sendQueue(queue, counts, signal));
      const ends = await Promise.allSettled([...byAccount].map(send));
      await this.deliver.told();
      await this.#noteBackOffs(byAccount.keys());
      const failure = ends.find((end) => end.status === 'rejected');
      if (failure !== undefined) {
        throw failure.reason;
      }
    }
  }

  /** At start: what was between the end of its data and the answer when an earlier process ended is in doubt, and people are told. Never rejects. */
  async recover(): Promise<void> {
    try {
      await this.#recover();
    } catch (error) {
      // A disk that is full, say. Nothing is sent before it is done.
      this.log.error('What was being sent when the server ended last could not be looked at; the next send/receive does.', {
        error: sentenceOf(error),
      });
    }
  }

  /**
   * How the tries ended that left entries in doubt is unknown: they are reported so. Each of them, though one fails: they are this server's from here on. Rounds
   * do not overlap: nothing of this server is being sent.
   */
  async #recover(): Promise<void> {
    const failures: unknown[] = [];
    const inDoubt = (await this.outbox.recover(LEASE_MS, [])).filter((entry) => entry.inDoubt === true);
    for (const group of deliveryGroups(inDoubt)) {
      const receipts = group.entries.map(({ recipient }) => unknownEnd(recipient));
      await this.records.write(group, receipts).catch((error: unknown) => void failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  /** A person is obeyed at once: the accounts rest no longer. */
  async retry(ids: readonly number[]): Promise<void> {
    for (const account of new Set((await this.outbox.list({ ids })).map((entry) => entry.account))) this.wake(account);
    await this.outbox.retry(ids);
  }

  async giveUp(ids: readonly number[]): Promise<void> {
    // What the ISP has taken is not returned because a disk had no room to say so.
    await this.records.writeRest();
    // The administrator decides, whoever may be sending them.
    const entries = (await this.outbox.list({ ids })).map(({ lease: _lease, ...entry }) => entry);
    for (const group of deliveryGroups(entries)) {
      const receipts = group.entries.map((entry): DestinationReceipt => {
        const last = `${entry.status} ${entry.text}`.trim();
        const mayHaveArrived = entry.inDoubt === true || (entry.doubts ?? 0) > 0;
        return {
          recipient: entry.recipient,
          outcome: 'failed',
          status: '5.7.0',
          text: `The administrator gave it up.${mayHaveArrived ? ' It may have been delivered all the same.' : ''}${last === '' ? '' : ` Last answer: ${last}`}`,
        };
      });
      await this.records.write(group, receipts);
    }
  }

  #wakeAll(): void {
    this.#backOff.wakeAll();
    this.#backOffs.end();
  }

  /** What is not noted costs an ISP one more try, by another server. */
  async #noteBackOffs(accounts: Iterable<string>): Promise<void> {
    for (const account of accounts) await this.#backOffs.note(account).catch(() => undefined);
  }

  /** Entries that only waited for the back-off of their account; not those that were put on hold meanwhile. */
  async #makeDue(): Promise<void> {
    const woken = new Set(this.#backOff.woken);
    if (woken.size === 0) return;
    const entries = (await this.outbox.list({ ids: [...woken] })).filter(({ state }) => state === 'deferred' || state === 'waiting');
    await this.outbox.retry(entries.map(({ id }) => id));
    this.#backOff.areDue(woken);
  }

  /** Of all servers on the store one sends for an account at a time, so that its ISP is given mail by one. Where the other one takes very long, the mail waits. */
  async #inTurn(account: string, queue: readonly DeliveryGroup[], signal: AbortSignal, send: () => Promise<void>): Promise<void> {
    const lease = await takeLease(`send/${account}`, { patienceMs: PATIENCE_MS, signal }, { leases: this.leases, clock: this.clock });
    if (lease === undefined) {
      const entries = queue.flatMap((group) => group.entries);
      return signal.aborted ? this.outbox.release(entries) : this.outbox.release(entries, LATER_MS);
    }
    try {
      await send();
    } finally {
      await lease.release();
    }
  }

  /** One account's messages, one after the other. A wrong set-up (login, TLS) ends the account's turn, as does an ISP that takes no more for now. */
  async #sendQueue(queue: readonly DeliveryGroup[], counts: MutableCounts, signal: AbortSignal): Promise<void> {
    const putOff: DeliveryGroup[] = [];
    for (const group of queue) {
      if (signal.aborted) {
        await this.outbox.release(group.entries);
        continue;
      }
      try {
        const cause = this.#backOff.of(group.account);
        if (cause === undefined) {
          await this.#try(group, counts, signal);
        } else {
          this.#backOff.putOff(group);
          const receipts = group.entries.map((entry) => ({ ...cause, recipient: entry.recipient }));
          if (this.#countsAsTried(group, cause)) await this.#record(group, receipts, counts);
          else putOff.push(group);
        }
      } catch (error) {
        if (!(error instanceof PostroomError) || error.code !== 'data/corrupt') throw error;
        await this.records.setAside(group, error);
      }
    }
    await this.#release(putOff);
  }

  async #try(group: DeliveryGroup, counts: MutableCounts, signal: AbortSignal): Promise<void> {
    const account = this.accounts.find(group.account);
    const message = await this.store.message(group.message);
    if (account === undefined || message === undefined) {
      const receipts = unsendable(group, account);
      this.#backOff.tried(group, receipts);
      return this.#record(group, receipts, counts);
    }
    const write = (part: DeliveryGroup, some: DeliveryReceipt): Promise<void> => this.#record(part, some, counts);
    const destinations = destinationsOf(group, account, message, this.store);
    const view = await viewOfStored(message, this.store);
    const octets = this.deliver.hasListeners ? new SentOctets(() => destinations.content()) : undefined;
    const sent = octets === undefined ? destinations : { ...destinations, content: () => octets.send() };
    const attempt = new RelayTry(group, sent, this.outbox, write, signal);
    const { rest, receipts, all } = attempt.end(await this.deliver.relay(view, attempt));
    this.#backOff.tried(group, all);
    if (rest.entries.length > 0) await this.#record(rest, receipts, counts);
    if (octets !== undefined) this.deliver.tell({ mail: view, to: { ...destinations, content: () => octets.again() }, receipt: all });
  }

  async #record(group: DeliveryGroup, receipts: DeliveryReceipt, counts: MutableCounts): Promise<void> {
    for (const { outcome } of await this.records.write(group, receipts)) counts[outcome === 'held' ? 'deferred' : outcome] += 1;
  }

  /** Not tried, and no try is counted: their account's ISP takes no more for now. */
  async #release(putOff: readonly DeliveryGroup[]): Promise<void> {
    const [first] = putOff;
    if (first === undefined) return;
    await this.outbox.release(
      putOff.flatMap(({ entries }) => entries),
      this.#backOff.left(first.account),
    );
  }

  /** Counts a skipped message as a failed attempt when it is due for a delay notice or has expired, so that its author hears of it. */
  #countsAsTried({ entries }: DeliveryGroup, cause: DestinationReceipt): boolean {
    if (cause.configuration === true) return true;
    const now = this.clock.now();
    return entries.some(
      (entry) =>
        now.getTime() - entry.queuedAt.getTime() >= GIVE_UP_AFTER_MS ||
        outcomeOf(entry, { ...cause, recipient: entry.recipient }, now).delayNoticed === true,
    );
  }
}

/** Also where the line broke at the same moment: to the author it makes no difference. */
function unknownEnd(recipient: string): DestinationReceipt {
  const text = 'The server ended after the message was sent and before the answer.';
  return { recipient, outcome: 'deferred', status: '4.4.2', text, unsure: true };
}
