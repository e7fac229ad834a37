// onDeliver: hands one message to one set of destinations, turns silence or a failure into "later", and tells its listeners what became of it.
import { type DeliveryReceipt, type DeliveryRequest, type MailboxRef, type MailView, mailboxName } from '@postroom/sdk';
import { BlockingPlugins, whyBlocked } from '../hooking/blockingPlugins.js';
import { HookCall } from '../hooking/hookCall.js';
import { TapFailed } from '../hooking/tapCalls.js';
import { HostHooks } from '../hooks/hooks.js';
import { receiptsFor } from './sending/receipts.js';
import type { RelayAnswer, RelayTry } from './sending/relayTry.js';

/** Which mailboxes the copies go to, and why some have to wait. */
export interface LocalDelivery {
  readonly mailboxes: readonly MailboxRef[];
  readonly waiting: string | undefined;
}

export class DeliverStep {
  readonly #telling = new Set<Promise<void>>();

  constructor(
    @HostHooks private readonly hooks: HostHooks,
    @BlockingPlugins private readonly plugins: BlockingPlugins,
  ) {}

  /** Whether `tell` would reach anybody. */
  get hasListeners(): boolean {
    return this.hooks.onDeliver.hasOutcomes;
  }

  /** Before the commit: which of the mailboxes take their copy now? */
  async local(mail: MailView, mailboxes: readonly MailboxRef[]): Promise<LocalDelivery> {
    if (mailboxes.length === 0) {
      return { mailboxes, waiting: undefined };
    }
    const { blocking } = this.plugins;
    // What Postroom wrote itself is delivered all the same: ADMIN1 has to hear of it.
    if (blocking.length > 0 && mail.origin !== 'bounce') {
      return { mailboxes: [], waiting: whyBlocked(blocking) };
    }
    const { receipts, failure = NOBODY } = await this.#ask({ mail, to: { kind: 'mailboxes', mailboxes } }, mailboxes.map(mailboxName));
    const byName = new Map(receipts.map((receipt) => [receipt.recipient, receipt]));
    const isDelivered = (mailbox: MailboxRef): boolean => byName.get(mailboxName(mailbox))?.outcome === 'delivered';
    const waiting = mailboxes.find((mailbox) => !isDelivered(mailbox));
    return {
      mailboxes: mailboxes.filter(isDelivered),
      waiting: waiting && `${mailboxName(waiting)}: ${byName.get(mailboxName(waiting))?.text ?? failure}`,
    };
  }

  /** What the plugins answer, or why there is no answer; never rejects. */
  async relay(mail: MailView, attempt: RelayTry): Promise<RelayAnswer> {
    const { blocking } = this.plugins;
    if (blocking.length > 0) {
      const text = whyBlocked(blocking);
      const put = { outcome: 'deferred', status: '4.3.0', text, configuration: true } as const;
      return { receipts: attempt.destinations.recipients.map(({ address }) => ({ recipient: address, ...put })) };
    }
    const recipients = attempt.destinations.recipients.map(({ address }) => address);
    return this.#ask({ mail, to: attempt.destinations }, recipients, attempt);
  }

  /** Lets the taps of stage `outcome` know what became of a try. They keep no delivery waiting. */
  tell(request: DeliveryRequest & { readonly receipt: DeliveryReceipt }): void {
    const telling = this.#tell(request).finally(() => this.#telling.delete(telling));
    this.#telling.add(telling);
  }

  /** Resolves when they have heard of every try so far. */
  async told(): Promise<void> {
    await Promise.all(this.#telling);
  }

  /** Stopping the round does not take back what was sent: its signal ends none of these calls. */
  #tell(request: DeliveryRequest): Promise<void> {
    return this.hooks.onDeliver.tell(request, new HookCall());
  }

  async #ask(request: DeliveryRequest, recipients: readonly string[], attempt?: RelayTry): Promise<RelayAnswer> {
    const call = attempt === undefined ? new HookCall() : new HookCall(attempt.signal, { isExcused: () => attempt.hasTrouble });
    try {
      const answer = await this.hooks.onDeliver.promise(request, call);
      const answerer = call.steps.findLast((step) => step.answer !== undefined)?.plugin;
      if (answer === undefined || answerer === undefined) return { receipts: [], failure: NOBODY };
      const failure = `${answerer} took the message over and did not say what became of it.`;
      return { receipts: receiptsFor(recipients, answer, answerer), failure };
    } catch (error) {
      return { receipts: [], failure: error instanceof TapFailed ? error.failure.message : String(error) };
    }
  }
}

const NOBODY = 'No active plugin delivers this.';
