// What of the Outbox travels together.
import type { MessageId } from '@postroom/sdk';
import { groupBy } from '../base/groupBy.js';
import type { OutboxEntry } from '../store/outbox.js';

/** Entries of one message that travel together. */
export interface Consignment {
  readonly message: MessageId;
  readonly account: string;
  readonly entries: readonly OutboxEntry[];
}

/** Entries of one message, account, reverse-path and prefix go in one transaction with the ISP; order of arrival is kept. */
export function consignments(entries: readonly OutboxEntry[]): readonly Consignment[] {
  const groups = groupBy(entries, (entry) => `${entry.account}\n${entry.message}\n${entry.from}\n${entry.envid ?? ''}`);
  return [...groups.values()].flatMap((group) => {
    const first = group[0];
    return first === undefined ? [] : [{ message: first.message, account: first.account, entries: group }];
  });
}
