// One try to hand one message to its account's ISP: which of its recipients are in doubt meanwhile, and what is known of each in the end.
import { type DeliveryReceipt, type DestinationReceipt, type RelayDestinations, sentenceOf } from '@postroom/sdk';
import { afterRunning, type TimeLimit } from '@postroom/sdk/base';
import type { Outbox, OutboxEntry } from '@postroom/sdk/services';
import { checkReceipt } from '../../hooks/answers.js';
import { keepDoubt } from '../../hooks/relayDoubt.js';
import type { DeliveryGroup, Destinations } from './deliveryGroup.js';

/** What a call of the relay came to. */
export interface RelayAnswer {
  readonly receipts: DeliveryReceipt;
  /** Why there is no answer of the plugin: none took the message, it failed, ran out of time, or the server stops. */
  readonly failure?: string;
}

/** A server that stops waits so long for the answer to what has been sent: most ISPs take less than a second. */
const GRACE_MS = 3_000;

export class RelayTry {
  readonly destinations: RelayDestinations;
  readonly #stopping = new AbortController();
  readonly #stop: () => void;
  #grace: TimeLimit | undefined;
  readonly #inDoubt = new Set<string>();
  /** By recipient: what was reported before the call was over. */
  readonly #answered = new Map<string, DestinationReceipt>();
  /** A tap has announced the end of data, or said what became of a recipient. */
  #hasBegun = false;
  #isOver = false;
  #trouble: unknown;

  /** `write`: notes receipts that are known before the others. */
  constructor(
    private readonly group: DeliveryGroup,
    destinations: Destinations,
    private readonly outbox: Outbox,
    private readonly write: (part: DeliveryGroup, receipts: DeliveryReceipt) => Promise<void>,
    private readonly outer: AbortSignal,
  ) {
    this.#stop = () => {
      if (this.#open([...this.#inDoubt]).length === 0) this.#stopping.abort(outer.reason);
      else this.#grace = afterRunning(GRACE_MS, () => this.#stopping.abort(outer.reason));
    };
    if (outer.aborted) this.#stop();
    else outer.addEventListener('abort', this.#stop, { once: true });
    this.destinations = {
      ...destinations,
      beforeEndOfData: (recipients) => this.#announce(recipients),
      answered: (receipts) => this.#answer(receipts),
    };
    keepDoubt(this.destinations, {
      enter: (recipients) => this.#enter(recipients),
      leave: () => this.#leave(),
      hasBegun: () => this.#hasBegun,
    });
  }

  /** Aborted when the server stops, or a moment later where recipients are in doubt then. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** The plugin was told not to send: the store could not note that, or the server stops. It is not to blame. */
  get hasTrouble(): boolean {
    return this.#trouble !== undefined;
  }

  /** The call is over: what of the group is still to be reported, with a receipt for each of its recipients, and all that is known of it. */
  end({ receipts, failure }: RelayAnswer): {
    readonly rest: DeliveryGroup;
    readonly receipts: DeliveryReceipt;
    readonly all: DeliveryReceipt;
  } {
    this.#isOver = true;
    this.outer.removeEventListener('abort', this.#stop);
    this.#grace?.dispose();
    const given = new Map(receipts.map((receipt) => [receipt.recipient, receipt]));
    const entries = this.#open(this.group.entries.map(({ recipient }) => recipient));
    const known = entries.map(({ recipient }) => given.get(recipient) ?? this.#withoutReceipt(recipient, failure));
    return { rest: { ...this.group, entries }, receipts: known, all: [...this.#answered.values(), ...known] };
  }

  #withoutReceipt(recipient: string, failure = 'The plugin that sent the message gave no receipt for this recipient.'): DestinationReceipt {
    const isUnsure = this.#inDoubt.has(recipient);
    if (isUnsure && this.outer.aborted) {
      const text = 'The server was stopped after the message was sent and before the answer.';
      return { recipient, outcome: 'deferred', status: '4.4.2', text, unsure: true };
    }
    const text = this.#trouble === undefined ? failure : sentenceOf(this.#trouble);
    return { recipient, outcome: 'deferred', status: '4.3.0', text, ...(isUnsure && { unsure: true }) };
  }

  /** Entries of these recipients of which nothing is known yet. */
  #open(recipients: readonly string[]): readonly OutboxEntry[] {
    return this.group.entries.filter(({ recipient }) => recipients.includes(recipient) && !this.#answered.has(recipient));
  }

  async #announce(recipients?: readonly string[]): Promise<void> {
    await this.#enter(recipients);
    this.#hasBegun = true;
  }

  async #enter(recipients: readonly string[] = this.group.entries.map(({ recipient }) => recipient)): Promise<void> {
    const entries = this.#open(recipients).filter(({ recipient }) => !this.#inDoubt.has(recipient));
    try {
      this.#refuseLate();
      if (entries.length > 0) await this.outbox.enterDoubt(entries);
      // Where the call was given up meanwhile, it counts as not sent.
      this.#refuseLate();
    } catch (error) {
      this.#trouble = error;
      throw error;
    }
    for (const { recipient } of entries) this.#inDoubt.add(recipient);
  }

  #refuseLate(): void {
    if (this.#isOver) throw new Error('The call that this message belonged to is over: nothing of it may be sent any more.');
    this.outer.throwIfAborted();
  }

  async #leave(): Promise<void> {
    const entries = this.#open([...this.#inDoubt]);
    this.#inDoubt.clear();
    if (entries.length > 0) await this.outbox.leaveDoubt(entries);
  }

  async #answer(receipts: DeliveryReceipt): Promise<void> {
    const problem = checkReceipt(receipts);
    if (problem !== undefined) throw new Error(`answered() was given ${problem}.`);
    const entries = this.#open(receipts.map(({ recipient }) => recipient));
    if (this.#isOver || entries.length === 0) return;
    this.#hasBegun = true;
    for (const receipt of receipts) this.#answered.set(receipt.recipient, receipt);
    await this.write({ ...this.group, entries }, receipts);
  }
}
