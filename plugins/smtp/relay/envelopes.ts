// Which recipients travel together, and which cannot go out through this ISP at all. Pure.
import { domainToASCII } from 'node:url';
import type { DestinationReceipt, RelayDestinations, RelayRecipient } from '@postroom/sdk';
import type { Extensions } from './extensions.js';

/** Would end a command or an address: envelope injection. */
const UNSAFE = /[\p{Cc}<>]/u;
const NON_ASCII = /[^\p{ASCII}]/u;

/** One MAIL, RCPT..., DATA. */
export interface MailTransaction {
  readonly from: string;
  /** Addresses that receipts name, by the address as sent: several where they only differ in how they are written. */
  readonly recipients: ReadonlyMap<string, readonly string[]>;
  /** NOTIFY and ORCPT, the same for all of them. */
  readonly dsn: RelayRecipient['dsn'];
}

export interface Plan {
  /** One for each set of DSN parameters, with as many recipients as there are. */
  readonly transactions: readonly MailTransaction[];
  /** Recipients that fail before anything is sent. */
  readonly refused: readonly DestinationReceipt[];
}

/** Why something cannot go out through this server. */
export interface Reason {
  readonly status: string;
  readonly text: string;
}

type Destinations = Pick<RelayDestinations, 'from' | 'recipients' | 'size'>;

/** `textProblem`: why the server cannot have the text, if it cannot. */
export function planTransactions(to: Destinations, server: Extensions, textProblem: Reason | false): Plan {
  const from = sendable(to.from);
  const problem = messageProblem(to.size, from, server) ?? (textProblem || undefined);
  const refused: DestinationReceipt[] = [];
  const groups = new Map<string, Map<string, string[]>>();
  for (const recipient of to.recipients) {
    const address = sendable(recipient.address);
    const reason = problem ?? recipientProblem(address, server);
    if (reason) {
      refused.push({ recipient: recipient.address, outcome: 'failed', ...reason });
      continue;
    }
    // One transaction has one set of DSN parameters; a server without DSN gets none, so all go together.
    const key = JSON.stringify(server.names.has('DSN') ? (recipient.dsn ?? {}) : {});
    const group = groups.get(key) ?? new Map<string, string[]>();
    groups.set(key, group.set(address, [...(group.get(address) ?? []), recipient.address]));
  }
  const transactions = [...groups].map(([key, recipients]) => ({ from, recipients, dsn: JSON.parse(key) as RelayRecipient['dsn'] }));
  return { transactions, refused };
}

/** Why no recipient can get a message of so many octets, from this sender, through this server. */
function messageProblem(size: number, from: string, server: Extensions): Reason | undefined {
  if (server.maxSize !== undefined && size > server.maxSize) {
    return { status: '5.3.4', text: `The message has ${size} octets, the ISP's server takes at most ${server.maxSize}.` };
  }
  if (UNSAFE.test(from)) {
    return { status: '5.1.7', text: 'The sender address holds characters that no address may have.' };
  }
  if (NON_ASCII.test(from) && !server.names.has('SMTPUTF8')) {
    return { status: '5.6.7', text: `The ISP's server takes no international sender address such as ${from}.` };
  }
  return undefined;
}

function recipientProblem(address: string, server: Extensions): Reason | undefined {
  if (address === '' || UNSAFE.test(address)) {
    return { status: '5.1.3', text: 'The recipient address holds characters that no address may have.' };
  }
  if (NON_ASCII.test(address) && !server.names.has('SMTPUTF8')) {
    return { status: '5.6.7', text: `The ISP's server takes no international address such as ${address}.` };
  }
  return undefined;
}

/** An international domain goes out as A-labels, which every server knows; only the local part may then need SMTPUTF8. */
export function sendable(address: string): string {
  const at = address.lastIndexOf('@');
  const domain = address.slice(at + 1);
  return NON_ASCII.test(domain) && !UNSAFE.test(domain) ? address.slice(0, at + 1) + (domainToASCII(domain) || domain) : address;
}
