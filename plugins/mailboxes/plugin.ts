// Local delivery: says yes to every mailbox. The core then commits message and copies in one transaction.
import { type DeliveryReceipt, type LocalDestinations, mailboxName, type PluginContext } from '@postroom/sdk';

export function activate(context: PluginContext): void {
  context.hooks.onDeliver.tap('deliver', ({ to }) => (to.kind === 'mailboxes' ? receiptFor(to) : undefined));
}

/** `2.0.0` of RFC 3463 for each: the copies become visible with the commit that follows, or the whole message is not accepted. */
function receiptFor({ mailboxes }: LocalDestinations): DeliveryReceipt {
  return mailboxes.map((mailbox) => ({
    recipient: mailboxName(mailbox),
    outcome: 'delivered',
    status: '2.0.0',
    text: 'Placed in the mailbox',
  }));
}
