// From a tap's answer to a receipt for each destination that was asked about. What a stranger's plugin says is said in its name: nobody can check it.
import type { DeliveryReceipt, DestinationReceipt } from '@postroom/sdk';

/** Who answered. */
export interface Answerer {
  readonly plugin: string;
  /** Part of the product. */
  readonly isOurs: boolean;
}

/** Receipts for these recipients, in their order, out of what was answered; of others nothing counts. */
export function receiptsFor(recipients: readonly string[], answer: DeliveryReceipt, { plugin, isOurs }: Answerer): DeliveryReceipt {
  return recipients.map((recipient) => {
    const said = answer.filter((receipt) => receipt.recipient === recipient);
    const last = said.at(-1);
    if (last === undefined) return deferred(recipient, `${plugin} took the message over and did not say what became of it.`);
    const receipt = isOurs ? last : { ...last, text: `${plugin} says: ${last.text}` };
    return said.every(({ outcome }) => outcome === last.outcome) ? receipt : contradicted(recipient, plugin, said);
  });
}

/** Destinations that were answered for without being asked about. */
export function uncalledFor(recipients: readonly string[], answer: DeliveryReceipt): readonly string[] {
  const asked = new Set(recipients);
  return [...new Set(answer.map(({ recipient }) => recipient))].filter((recipient) => !asked.has(recipient));
}

/** Tried again, the safe error: where it was delivered after all, it comes twice. */
function contradicted(recipient: string, plugin: string, said: DeliveryReceipt): DestinationReceipt {
  const outcomes = [...new Set(said.map(({ outcome }) => outcome))];
  const receipt = deferred(recipient, `${plugin} says that it is ${outcomes.join(' and ')}.`);
  return outcomes.includes('delivered') ? { ...receipt, unsure: true } : receipt;
}

export function deferred(recipient: string, text: string): DestinationReceipt {
  return { recipient, outcome: 'deferred', status: '4.3.0', text };
}
