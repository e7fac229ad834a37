// onDeliver: hands one message to one set of destinations, and turns silence or a failure into "later".
import { type DeliveryRequest, type MailboxRef, type MailView, mailboxName } from '@postroom/sdk';
import { createServiceId } from '@postroom/sdk/services';
import { HookCall, TapFailed } from '../hooking/hookPoint.js';
import { HostHooks } from '../hooks.js';
import { PluginHost } from '../host/pluginHost.js';
import type { RelayAnswer, RelayTry } from './relayTry.js';

/** Which mailboxes the copies go to, and why some have to wait. */
export interface LocalDelivery {
  readonly mailboxes: readonly MailboxRef[];
  readonly waiting: string | undefined;
}

export interface DeliverStep {
  /** Before the commit: which of the mailboxes take their copy now? */
  local(mail: MailView, mailboxes: readonly MailboxRef[]): Promise<LocalDelivery>;
  /** What the plugins answer, or why there is no answer; never rejects. */
  relay(mail: MailView, attempt: RelayTry): Promise<RelayAnswer>;
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
    const { receipts, failure = NOBODY } = await this.#ask({ mail, to: { kind: 'mailboxes', mailboxes } }, undefined);
    const byName = new Map(receipts.map((receipt) => [receipt.recipient, receipt]));
    const isDelivered = (mailbox: MailboxRef): boolean => byName.get(mailboxName(mailbox))?.outcome === 'delivered';
    const waiting = mailboxes.find((mailbox) => !isDelivered(mailbox));
    return {
      mailboxes: mailboxes.filter(isDelivered),
      waiting: waiting && `${mailboxName(waiting)}: ${byName.get(mailboxName(waiting))?.text ?? failure}`,
    };
  }

  relay(mail: MailView, attempt: RelayTry): Promise<RelayAnswer> {
    return this.#ask({ mail, to: attempt.destinations }, attempt.signal, attempt);
  }

  async #ask(request: DeliveryRequest, signal: AbortSignal | undefined, attempt?: RelayTry): Promise<RelayAnswer> {
    try {
      const receipts = await this.hooks.onDeliver.promise(request, new HookCall(signal));
      return receipts === undefined ? { receipts: [], failure: NOBODY } : { receipts };
    } catch (error) {
      if (error instanceof TapFailed && signal?.aborted !== true && attempt?.hasTrouble !== true) {
        this.plugins.reportFailure(error.failure.plugin, error.failure.message, error.failure.incident);
      }
      return { receipts: [], failure: error instanceof TapFailed ? error.failure.message : String(error) };
    }
  }
}

const NOBODY = 'No active plugin delivers this.';
