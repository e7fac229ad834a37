// onDeliver: hands one message to one set of destinations, turns silence or a failure into "later", and lets who listens know what became of it.
import {
  type DeliveryReceipt,
  type DeliveryRequest,
  type MailboxRef,
  type MailView,
  mailboxName,
  type RelayDestinations,
} from '@postroom/sdk';
import { createServiceId } from '@postroom/sdk/services';
import { HookCall, TapFailed } from '../hooking/hookPoint.js';
import { HostHooks } from '../hooks.js';
import { whyBlocked } from '../host/failClosed.js';
import { PluginHost } from '../host/pluginHost.js';
import { SentOctets } from './sentOctets.js';

/** Which mailboxes the copies go to, and why some have to wait. */
export interface LocalDelivery {
  readonly mailboxes: readonly MailboxRef[];
  readonly waiting: string | undefined;
}

export interface DeliverStep {
  /** Before the commit: which of the mailboxes take their copy now? */
  local(mail: MailView, mailboxes: readonly MailboxRef[]): Promise<LocalDelivery>;
  /** A receipt for every recipient; never rejects. */
  relay(mail: MailView, to: RelayDestinations, signal: AbortSignal): Promise<DeliveryReceipt>;
  /** Resolves when the taps of stage `outcome` have heard of every try so far. They keep no delivery waiting. */
  told(): Promise<void>;
}
export const DeliverStep = createServiceId<DeliverStep>('DeliverStep');

export class HookDeliverStep implements DeliverStep {
  readonly #telling = new Set<Promise<void>>();

  constructor(
    @HostHooks private readonly hooks: HostHooks,
    @PluginHost private readonly plugins: PluginHost,
  ) {}

  async local(mail: MailView, mailboxes: readonly MailboxRef[]): Promise<LocalDelivery> {
    if (mailboxes.length === 0) {
      return { mailboxes, waiting: undefined };
    }
    const receipts = await this.#ask({ mail, to: { kind: 'mailboxes', mailboxes } }, mailboxes.map(mailboxName));
    const byName = new Map(receipts.map((receipt) => [receipt.recipient, receipt]));
    const delivered = mailboxes.filter((mailbox) => byName.get(mailboxName(mailbox))?.outcome === 'delivered');
    const waiting = receipts.find((receipt) => receipt.outcome !== 'delivered');
    return { mailboxes: delivered, waiting: waiting === undefined ? undefined : `${waiting.recipient}: ${waiting.text}` };
  }

  async relay(mail: MailView, to: RelayDestinations, signal: AbortSignal): Promise<DeliveryReceipt> {
    const recipients = to.recipients.map((recipient) => recipient.address);
    if (!this.hooks.onDeliver.hasOutcomes) return this.#ask({ mail, to }, recipients, signal);
    const octets = new SentOctets(() => to.content());
    const receipt = await this.#ask({ mail, to: { ...to, content: () => octets.send() } }, recipients, signal);
    const telling = this.#tell({ mail, to: { ...to, content: () => octets.again() }, receipt }).finally(() =>
      this.#telling.delete(telling),
    );
    this.#telling.add(telling);
    return receipt;
  }

  async told(): Promise<void> {
    await Promise.all(this.#telling);
  }

  /** Whoever stops the round does not take back what was sent: so its signal ends none of these calls. */
  async #tell(request: DeliveryRequest): Promise<void> {
    const call = new HookCall();
    await this.hooks.onDeliver.tell(request, call);
    this.plugins.noteCall(call.steps, request.mail.id);
  }

  async #ask(request: DeliveryRequest, recipients: readonly string[], signal?: AbortSignal): Promise<DeliveryReceipt> {
    const { mail, to } = request;
    const { blocking } = this.plugins;
    // What Postroom wrote itself is delivered all the same: ADMIN1 has to hear of it.
    if (blocking.length > 0 && !(mail.origin === 'bounce' && to.kind === 'mailboxes')) {
      return recipients.map((recipient) => ({ ...deferred(recipient, whyBlocked(blocking)), configuration: true }));
    }
    const call = new HookCall(signal);
    try {
      const answer = await this.hooks.onDeliver.promise(request, call);
      const answered = new Map((answer ?? []).map((receipt) => [receipt.recipient, receipt]));
      return recipients.map((recipient) => answered.get(recipient) ?? deferred(recipient, 'No active plugin delivers this.'));
    } catch (error) {
      return recipients.map((recipient) => deferred(recipient, error instanceof TapFailed ? error.failure.message : String(error)));
    } finally {
      if (signal?.aborted !== true && !mail.rehearsal) this.plugins.noteCall(call.steps, mail.id);
    }
  }
}

function deferred(recipient: string, text: string): DeliveryReceipt[number] {
  return { recipient, outcome: 'deferred', status: '4.3.0', text };
}
