// From a tap's answer to a receipt for each destination that was asked about and answered for.
import type { DeliveryReceipt, DestinationReceipt } from '@postroom/sdk';

/** Receipts for these recipients, in their order, out of what the plugin answered; of others nothing counts. */
export function receiptsFor(recipients: readonly string[], answer: DeliveryReceipt, plugin: string): DeliveryReceipt {
  return recipients.flatMap((recipient) => {
    const said = answer.filter((receipt) => receipt.recipient === recipient);
    const last = said.at(-1);
    if (last === undefined) return [];
    return said.every(({ outcome }) => outcome === last.outcome) ? last : contradicted(recipient, plugin, said);
  });
}

/** Tried again, the safe error: where it was delivered after all, it comes twice. */
function contradicted(recipient: string, plugin: string, said: DeliveryReceipt): DestinationReceipt {
  const outcomes = [...new Set(said.map(({ outcome }) => outcome))];
  const text = `${plugin} says that it is ${outcomes.join(' and ')}.`;
  const isUnsure = outcomes.includes('delivered');
  return { recipient, outcome: 'deferred', status: '4.3.0', text, ...(isUnsure && { unsure: true }) };
}
