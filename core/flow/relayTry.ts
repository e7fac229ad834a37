// One try to hand one message to its account's ISP: which of its recipients are in doubt meanwhile, and what is known of each in the end.
import { type DeliveryReceipt, type DestinationReceipt, type RelayDestinations, sentenceOf } from '@postroom/sdk';
import { checkReceipt } from '../hooking/answers.js';
import { keepDoubt } from '../hooking/relayDoubt.js';
import type { Outbox, OutboxEntry } from '../store/outbox.js';
import type { Consignment } from './consignment.js';

/** What a relay plugin is told of a message, without the ways to report. */
export type Destinations = Omit<RelayDestinations, 'beforeEndOfData' | 'answered'>;

/** What a call of the relay came to. */
export interface RelayAnswer {
  readonly receipts: DeliveryReceipt;
  /** Why there is no answer of the plugin: none took the message, it failed, ran out of time, or the server stops. */
  readonly failure?: string;
}

export class RelayTry {
  readonly destinations: RelayDestinations;
  readonly #inDoubt = new Set<string>();
  /** By recipient: what was reported before the call was over. */
  readonly #answered = new Map<string, DestinationReceipt>();
  #isOver = false;
  #trouble: unknown;

  /** `write`: notes receipts that are known before the others. */
  constructor(
    private readonly consignment: Consignment,
    destinations: Destinations,
    private readonly outbox: Outbox,
    private readonly write: (part: Consignment, receipts: DeliveryReceipt) => Promise<void>,
  ) {
    this.destinations = {
      ...destinations,
      beforeEndOfData: (recipients) => this.#enter(recipients),
      answered: (receipts) => this.#answer(receipts),
    };
    keepDoubt(this.destinations, { enter: (recipients) => this.#enter(recipients), leave: () => this.#leave() });
  }

  /** The store could not note that the message is in doubt: it was not sent, and no plugin is to blame. */
  get hasTrouble(): boolean {
    return this.#trouble !== undefined;
  }

  /** The call is over: what of the consignment is still to be reported, with a receipt for each of its recipients, and all that is known of it. */
  end({ receipts, failure }: RelayAnswer): {
    readonly rest: Consignment;
    readonly receipts: DeliveryReceipt;
    readonly all: DeliveryReceipt;
  } {
    this.#isOver = true;
    const given = new Map(receipts.map((receipt) => [receipt.recipient, receipt]));
    const entries = this.#open(this.consignment.entries.map(({ recipient }) => recipient));
    const known = entries.map(({ recipient }) => given.get(recipient) ?? this.#withoutReceipt(recipient, failure));
    return { rest: { ...this.consignment, entries }, receipts: known, all: [...this.#answered.values(), ...known] };
  }

  #withoutReceipt(recipient: string, failure = 'The plugin that sent the message gave no receipt for this recipient.'): DestinationReceipt {
    const isUnsure = this.#inDoubt.has(recipient);
    const text = this.#trouble === undefined ? failure : sentenceOf(this.#trouble);
    return { recipient, outcome: 'deferred', status: '4.3.0', text, ...(isUnsure && { unsure: true }) };
  }

  /** Entries of these recipients of which nothing is known yet. */
  #open(recipients: readonly string[]): readonly OutboxEntry[] {
    return this.consignment.entries.filter(({ recipient }) => recipients.includes(recipient) && !this.#answered.has(recipient));
  }

  async #enter(recipients: readonly string[] = this.consignment.entries.map(({ recipient }) => recipient)): Promise<void> {
    this.#refuseLate();
    const entries = this.#open(recipients).filter(({ recipient }) => !this.#inDoubt.has(recipient));
    if (entries.length === 0) return;
    try {
      await this.outbox.enterDoubt(entries.map(({ id }) => id));
    } catch (error) {
      this.#trouble = error;
      throw error;
    }
    // Whoever gave the call up meanwhile took it for not sent.
    this.#refuseLate();
    for (const { recipient } of entries) this.#inDoubt.add(recipient);
  }

  #refuseLate(): void {
    if (this.#isOver) throw new Error('The call that this message belonged to is over: nothing of it may be sent any more.');
  }

  async #leave(): Promise<void> {
    const entries = this.#open([...this.#inDoubt]);
    this.#inDoubt.clear();
    if (entries.length > 0) await this.outbox.leaveDoubt(entries.map(({ id }) => id));
  }

  async #answer(receipts: DeliveryReceipt): Promise<void> {
    const problem = checkReceipt(receipts);
    if (problem !== undefined) throw new Error(`answered() was given ${problem}.`);
    const entries = this.#open(receipts.map(({ recipient }) => recipient));
    if (this.#isOver || entries.length === 0) return;
    for (const receipt of receipts) this.#answered.set(receipt.recipient, receipt);
    await this.write({ ...this.consignment, entries }, receipts);
  }
}
