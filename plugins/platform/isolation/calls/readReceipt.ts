// Receipts as they come from a plugin's process, checked.
import type { DeliveryReceipt, DestinationReceipt } from '@postroom/sdk';
import { dateIn, listIn, optionalTextIn, recordOf, textIn } from '../pipe/shapes.js';

/** Destinations of one message, or rounds of one plan, that are read from an answer. */
export const MOST_ENTRIES = 10_000;

/** Throws a sentence where the answer is no receipt. What the plugin says is said in its name: it cannot be checked. */
export function readReceipt(answer: unknown, plugin: string): DeliveryReceipt | undefined {
  if (answer === undefined || answer === null) {
    return undefined;
  }
  return listIn({ receipt: answer }, 'receipt', MOST_ENTRIES).map((entry): DestinationReceipt => {
    const data = recordOf(entry);
    const [remote, retryAfter] = [optionalTextIn(data, 'remote'), dateIn(data, 'retryAfter')];
    return {
      recipient: textIn(data, 'recipient'),
      outcome: textIn(data, 'outcome') as DestinationReceipt['outcome'],
      status: textIn(data, 'status', 20),
      text: `${plugin} says: ${textIn(data, 'text', 2_000).replace(/[\r\n]+/g, ' ')}`,
      ...(remote !== undefined && { remote }),
      ...(retryAfter !== undefined && { retryAfter }),
      ...(data['unsure'] === true && { unsure: true }),
      ...(data['configuration'] === true && { configuration: true }),
    };
  });
}
