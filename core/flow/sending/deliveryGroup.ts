// What of the Outbox travels together.
import type { AccountView, DeliveryReceipt, MessageId, RelayDestinations } from '@postroom/sdk';
import { groupBy, octetsAdded } from '@postroom/sdk/base';
import { composeCopy } from '@postroom/sdk/mail';
import type { MailStore, OutboxEntry, StoredMessage } from '@postroom/sdk/services';

/** Entries of one message that travel together. */
export interface DeliveryGroup {
  readonly message: MessageId;
  readonly account: string;
  readonly entries: readonly OutboxEntry[];
}

/** Entries of one message, account, reverse-path and prefix go in one transaction with the ISP; order of arrival is kept. */
export function deliveryGroups(entries: readonly OutboxEntry[]): readonly DeliveryGroup[] {
  const groups = groupBy(entries, (entry) => `${entry.account}\n${entry.message}\n${entry.from}\n${entry.envid ?? ''}`);
  return [...groups.values()].flatMap((group) => {
    const first = group[0];
    return first === undefined ? [] : [{ message: first.message, account: first.account, entries: group }];
  });
}

/** What a relay plugin is told of a message, without the ways to report. */
export type Destinations = Omit<RelayDestinations, 'beforeEndOfData' | 'answered'>;

/** What a relay plugin is told of it. */
export function destinationsOf(
  { entries }: DeliveryGroup,
  account: AccountView,
  message: StoredMessage,
  store: Pick<MailStore, 'read'>,
): Destinations {
  const first = entries[0];
  const prefix = first?.prefix ?? new Uint8Array();
  return {
    kind: 'relay',
    account,
    from: first?.from ?? '',
    size: prefix.length + message.size + octetsAdded(message.concealed),
    content: () => composeCopy(prefix, store.read(message.id), message.concealed),
    recipients: entries.map((entry) => ({
      address: entry.recipient,
      dsn: { ...(entry.notify && { notify: entry.notify }), ...(entry.orcpt && { orcpt: entry.orcpt }) },
    })),
    dsn: { ...(first?.ret && { ret: first.ret }), ...(first?.envid && { envid: first.envid }) },
  };
}

/** Receipts where no plugin can be asked: the account is gone or, where it is there, the message. */
export function unsendable({ account: id, entries }: DeliveryGroup, account: AccountView | undefined): DeliveryReceipt {
  const text =
    account === undefined ? `The account ${id} no longer exists; move or return the message.` : 'The message is missing from the store.';
  return entries.map(({ recipient }) => ({ recipient, outcome: account === undefined ? 'deferred' : 'failed', status: '4.3.5', text }));
}
