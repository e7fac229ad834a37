// onDeliver: hands one message to one set of destinations, and turns silence or a failure into "later".
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
import { deferred, receiptsFor, uncalledFor } from './receipts.js';

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
}
export const DeliverStep = createServiceId<DeliverStep>('DeliverStep');

export class HookDeliverStep implements DeliverStep {
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

  relay(mail: MailView, to: RelayDestinations, signal: AbortSignal): Promise<DeliveryReceipt> {
    return this.#ask(
      { mail, to },
      to.recipients.map((recipient) => recipient.address),
      signal,
    );
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
      const answerer = call.steps.findLast((step) => step.answer !== undefined)?.plugin;
      if (answer === undefined || answerer === undefined) {
        return recipients.map((recipient) => deferred(recipient, 'No active plugin delivers this.'));
      }
      if (!mail.rehearsal) this.#noteUncalledFor(answerer, uncalledFor(recipients, answer));
      const isOurs = this.plugins.plugins.find(({ id }) => id === answerer)?.bundled === true;
      return receiptsFor(recipients, answer, { plugin: answerer, isOurs });
    } catch (error) {
      return recipients.map((recipient) => deferred(recipient, error instanceof TapFailed ? error.failure.message : String(error)));
    } finally {
      if (signal?.aborted !== true && !mail.rehearsal) this.plugins.noteCall(call.steps, mail.id);
    }
  }

  #noteUncalledFor(plugin: string, others: readonly string[]): void {
    const [first] = others;
    if (first === undefined) return;
    const more = others.length === 1 ? '' : ` and ${others.length - 1} more`;
    this.plugins.noteProblem(
      plugin,
      `${plugin} answered for ${first}${more} and was not asked about that. It was ignored; the plugin's author has to mend it.`,
    );
  }
}
